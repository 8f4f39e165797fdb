/** A tray start beside a headless host: there is nothing to host here, so that host's page is shown, and said to be its. */
import { BrowserWindow, session } from 'electron'
import { z } from 'zod'
import { BelfryError } from '@shared/errors'
import { connect } from '../cli/connect'
import { refusePermissions } from './window-guards'

export interface BesideHeadlessOptions {
  readonly dataFolder: string
  readonly icon: string
  readonly devTools: boolean
  readonly title: string
}

/** Who holds the data folder, if that is what `error` says. */
export function lockHolder(error: unknown): { kind: 'tray' | 'headless'; pid: number } | undefined {
  if (!(error instanceof BelfryError) || error.code !== 'LOCKED') return undefined
  return z.object({ kind: z.enum(['tray', 'headless']), pid: z.int() }).safeParse(error.detail).data
}

/** Resolves when the window is there. Rejects with NO_HOST or UNAVAILABLE when that host shows no page. */
export async function showHeadlessPage(options: BesideHeadlessOptions): Promise<BrowserWindow> {
  const url = await pageOfHost(options.dataFolder)
  // In memory: this shell has no business keeping that host's session.
  const guest = session.fromPartition('headless-host')
  refusePermissions(guest)
  const window = new BrowserWindow({
    width: 1280,
    height: 820,
    title: options.title,
    icon: options.icon,
    autoHideMenuBar: true,
    webPreferences: {
      session: guest,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      devTools: options.devTools,
    },
  })
  // The title says whose page this is.
  window.on('page-title-updated', (event) => event.preventDefault())
  await window.loadURL(url)
  return window
}

async function pageOfHost(dataFolder: string): Promise<string> {
  const connection = await connect(dataFolder, 'belfry serve')
  try {
    const { url } = await connection.client.system.open()
    if (url === null || new URL(url).hostname !== '127.0.0.1') {
      throw new BelfryError('UNAVAILABLE', 'the host that runs here shows no page')
    }
    return url
  } finally {
    await connection.close()
  }
}
