/** The real tray app under test, with a client on its control socket. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright'
import { test as base } from 'playwright/test'
import type { Client } from '@shared/contract'
import type { TaskInput } from '@shared/model/task'
import { connect } from '../../electron/cli/connect'
import { launchApp, type AppOptions } from './electron-app'
import { removeFolder, temporaryFolder } from './host'
import { until } from './until'

export interface TrayApp {
  readonly app: ElectronApplication
  readonly home: string
  /** Over the control socket, as the command line has it. */
  readonly client: Client
  /** Of the main process; null when a signal ended it. */
  readonly exited: Promise<number | null>
  log(): Promise<string>
  /** The shown window's page, as soon as there is one. */
  page(): Promise<Page>
  windowVisible(): Promise<boolean>
  /** As the operator does with the window's own button. */
  closeWindow(): Promise<void>
}

export type StartTray = (options?: Partial<AppOptions>) => Promise<TrayApp>

/** Ms that an app under test gets to end. */
const stopLimit = 20_000

/** Playwright's test with a starter of tray apps; what it started is gone when the test is over. */
export const test = base.extend<{ startTray: StartTray; home: string }>({
  // Playwright wants a pattern here, also of what takes nothing.
  home: async ({ playwright: _ }, use) => {
    const home = await temporaryFolder()
    await use(home)
    await removeFolder(home)
  },
  startTray: async ({ home }, use) => {
    const stops: (() => Promise<void>)[] = []
    await use(async (options = {}) => {
      const { tray, stop } = await start({ home, ...options })
      stops.push(stop)
      return tray
    })
    for (const stop of stops.reverse()) await stop()
  },
})

async function start(options: AppOptions): Promise<{ tray: TrayApp; stop: () => Promise<void> }> {
  const { home } = options
  const app = await launchApp(options)
  const process = app.process()
  const exited = new Promise<number | null>((resolve) => process.once('exit', resolve))
  const connection = await until('the control socket', () => connect(home, 'belfry').catch(() => undefined))
  const windowVisible = (): Promise<boolean> =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible()))
  const tray: TrayApp = {
    app,
    home,
    client: connection.client,
    exited,
    log: () => readFile(join(home, 'host.log'), 'utf8'),
    async page() {
      await until('the window being shown', windowVisible)
      return app.windows()[0] ?? app.firstWindow()
    },
    windowVisible,
    closeWindow: () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
  }
  return {
    tray,
    async stop() {
      await connection.close()
      const late = setTimeout(() => process.kill('SIGKILL'), stopLimit)
      if (process.exitCode === null && process.signalCode === null) process.kill('SIGTERM')
      await exited
      clearTimeout(late)
    },
  }
}

/** A task that is only run by hand. */
export function commandTask(name: string, command: string): TaskInput {
  return { name, triggers: [{ kind: 'manual' }], action: { kind: 'command', command } }
}
