/** The tray and the window over a running host. */
import { dialog } from 'electron'
import type { Client } from '@shared/contract'
import type { Logger } from '../host/ports'
import type { HostMirror } from './host-mirror'
import type { Notifications } from './notifications'
import { showTray } from './tray'
import { trayActions } from './tray-actions'
import { trayModel } from './tray-model'
import type { PageWindow } from './window'
import { wordsOf, type Locale, type Words } from './words'

export interface TrayShellOptions {
  readonly client: Client
  readonly mirror: HostMirror
  readonly locale: () => Locale
  readonly window: PageWindow
  readonly notifications: Notifications
  readonly icons: string
  readonly log: Logger
  readonly quit: (reason: string) => void
}

export interface TrayShell {
  /** Quits, unless something runs and the operator would rather stay. */
  askToQuit(): void
  close(): void
}

/** When it returns, the icon is in the tray. */
export function openTrayShell(options: TrayShellOptions): TrayShell {
  const { client, mirror, locale, window, notifications, log } = options
  const said = (): Words => wordsOf(locale())

  const askToQuit = (): void => {
    mayQuit(client, window, said()).then(
      (yes) => yes && options.quit('the operator'),
      (error: unknown) => log.error({ err: error }, 'the operator could not be asked'),
    )
  }
  const act = trayActions({
    client,
    log,
    now: Date.now,
    timeZone: () => mirror.state().status.timezone,
    open: (hash) => window.show(hash),
    quit: askToQuit,
    failed: (message) =>
      notifications.show({ title: said().actionFailed, body: message, onClick: () => window.show() }),
  })
  const tray = showTray({
    icons: options.icons,
    platform: process.platform,
    model: () => trayModel(mirror.state(), Date.now(), said(), locale()),
    act,
  })
  const forget = mirror.onChange(() => {
    window.repaint()
    tray.refresh()
  })

  return {
    askToQuit,
    close() {
      forget()
      tray.destroy()
    },
  }
}

/** True at once when nothing runs. */
async function mayQuit(client: Client, window: PageWindow, said: Words): Promise<boolean> {
  const { items } = await client.runs.list({ status: ['queued', 'running'], limit: 1000 })
  if (items.length === 0) return true
  const parent = window.visible()
  const question = {
    type: 'question',
    title: 'Belfry',
    message: said.quitQuestion.message(items.length),
    detail: named(items.map(({ taskName }) => taskName)),
    buttons: [said.quitQuestion.end, said.quitQuestion.stay],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  } as const
  const options = { ...question, buttons: [...question.buttons] }
  const { response } = await (parent ? dialog.showMessageBox(parent, options) : dialog.showMessageBox(options))
  return response === 0
}

/** The first ten, so that the dialog fits on the screen. */
function named(names: readonly string[]): string {
  return [...names.slice(0, 10), ...(names.length > 10 ? ['…'] : [])].join('\n')
}
