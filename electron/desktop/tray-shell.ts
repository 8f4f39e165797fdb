/** The tray and the window over a running host. */
import { app, dialog, nativeTheme } from 'electron'
import type { Client } from '@shared/contract'
import type { Settings } from '@shared/model/settings'
import type { Host } from '../host/create-host'
import type { Logger } from '../host/ports'
import { mirrorHost } from './host-mirror'
import { localClient } from './local-client'
import type { Notifications } from './notifications'
import { showTray } from './tray'
import { trayActions } from './tray-actions'
import { trayModel } from './tray-model'
import type { PageWindow } from './window'
import { chooseLocale, wordsOf, type Locale, type Words } from './words'

export interface TrayShellOptions {
  readonly host: Pick<Host, 'router' | 'events'>
  readonly window: PageWindow
  readonly notifications: Notifications
  readonly icons: string
  readonly log: Logger
  readonly quit: (reason: string) => void
}

export interface TrayShell {
  /** Ms that stopping the host may take. */
  shutdownGrace(): number
  /** Quits, unless something runs and the operator would rather stay. */
  askToQuit(): void
  close(): void
}

/** Resolves when the icon is in the tray. */
export async function openTrayShell(options: TrayShellOptions): Promise<TrayShell> {
  const { host, window, notifications, log } = options
  const client = localClient(host.router)
  const mirror = await mirrorHost(client, host.events)
  const settings = (): Settings => mirror.state().settings

  const askToQuit = (): void => {
    mayQuit(client, window, words(settings())).then(
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
      notifications.show({ title: words(settings()).actionFailed, body: message, onClick: () => window.show() }),
  })
  const tray = showTray({
    icons: options.icons,
    platform: process.platform,
    model: () => trayModel(mirror.state(), Date.now(), words(settings()), locale(settings())),
    act,
  })
  applyTheme(settings())
  const forget = mirror.onChange(() => {
    applyTheme(settings())
    tray.refresh()
  })

  return {
    shutdownGrace: () => settings().shutdownGrace,
    askToQuit,
    close() {
      forget()
      mirror.stop()
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

function locale({ locale: setting }: Settings): Locale {
  return chooseLocale(setting, app.getLocale())
}

function words(settings: Settings): Words {
  return wordsOf(locale(settings))
}

function applyTheme({ theme }: Settings): void {
  if (nativeTheme.themeSource !== theme) nativeTheme.themeSource = theme
}
