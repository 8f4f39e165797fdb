/** The tray app: its composition root and the order of its life. What each part does is in desktop/. */
import * as files from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog, session } from 'electron'
import { messageOf } from '@shared/errors'
import type { Settings } from '@shared/model/settings'
import { version } from '../package.json'
import { registerPageScheme, servePage } from './desktop/app-protocol'
import { setApplicationMenu } from './desktop/application-menu'
import { lockHolder, showHeadlessPage } from './desktop/beside-headless'
import { electronPorts } from './desktop/electron-ports'
import { mirrorHost, type HostMirror } from './desktop/host-mirror'
import { launchEnvironment } from './desktop/launch-environment'
import { localClient } from './desktop/local-client'
import { desktopNotifier, nativeNotifications, type Notifications } from './desktop/notifications'
import { openPortDoor } from './desktop/port-door'
import { createPortHandler } from './desktop/port-handler'
import { arrangeQuit } from './desktop/quit'
import { openTrayShell, type TrayShell } from './desktop/tray-shell'
import { watchForUnexpected } from './desktop/unexpected'
import { pageWindow, type PageWindow } from './desktop/window'
import { guardContents, refusePermissions } from './desktop/window-guards'
import { chooseLocale, wordsOf, type Locale, type Words } from './desktop/words'
import { createHost } from './host/create-host'
import type { Logger } from './host/ports'
import { controlAddress } from './host/serve/control-address'
import { openControlDoor } from './host/serve/control-door'
import type { Door } from './host/serve/door-server'
import { prepareDataFolder, resolveDataFolder } from './host/store/data-folder'
import { createHostLog } from './platform/host-log'
import { thisMachine } from './platform/machine'

const built = join(import.meta.dirname, '..')
const resources = join(built, '..', 'resources')
const dataFolder = resolveDataFolder(process.env, process.platform, homedir())
/** The operator's choice, which is known once the host is there. */
let chosenLocale = (): Settings['locale'] => 'system'
const locale = (): Locale => chooseLocale(chosenLocale(), app.getLocale())
const said = (): Words => wordsOf(locale())

registerPageScheme()
app.setAppUserModelId('org.belfry.desktop')
try {
  await prepareDataFolder(files, dataFolder)
  const profile = join(dataFolder, 'electron')
  await files.mkdir(profile, { recursive: true, mode: 0o700 })
  // The single-instance lock lies in the profile: one tray app per data folder.
  app.setPath('userData', profile)
  if (app.requestSingleInstanceLock()) app.whenReady().then(run).catch(fail)
  else {
    console.log('Belfry is running here already; its window comes forward.')
    app.exit(0)
  }
} catch (error) {
  fail(error)
}

async function run(): Promise<void> {
  const { log, close: closeLog } = createHostLog(dataFolder, app.isPackaged ? undefined : console.error)
  const notifications = nativeNotifications(log)
  watchForUnexpected(log, (message) =>
    notifications.show({
      title: said().unexpected.title,
      body: said().unexpected.body(message),
      onClick: () => show(),
    }),
  )
  guardContents(app, log)
  refusePermissions(session.defaultSession)
  servePage(session.defaultSession, {
    folder: join(built, 'renderer'),
    devServer: app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'],
  })

  let window: PageWindow | undefined
  /** What is asked for before there is a window is kept for it. */
  let wanted = process.argv.includes('--hidden') ? undefined : ''
  const show = (hash = ''): void => {
    if (window) window.show(hash)
    else wanted = hash
  }
  app.on('second-instance', (_event, argv) => !argv.includes('--hidden') && show())
  app.on('activate', () => show())
  const ports = electronPorts({ dataFolder, log, notifier: desktopNotifier(notifications, show) })
  const control = controlAddress(dataFolder, process.env, process.platform)
  const host = await createHost(ports, {
    dataFolder,
    kind: 'tray',
    version,
    machine: { ...thisMachine(), env: launchEnvironment(process.env) },
    control,
    binFolder: app.isPackaged ? null : join(built, 'bin'),
    async open() {
      show()
      return { url: null }
    },
  }).catch((error: unknown) => beside(error, notifications, log))
  if (!host) return

  let doors: Door[] = []
  let mirror: HostMirror | undefined
  let shell: TrayShell | undefined
  const quit = arrangeQuit({
    log,
    limit: () => (mirror?.state().settings.shutdownGrace ?? 10_000) + 2000,
    hurry: () => void host.stop().catch((error: unknown) => log.error({ err: error }, 'hurrying failed')),
    async stop() {
      window?.destroy()
      // The socket's file goes before the lock does: afterwards it may be the next host's.
      for (const door of doors) door.stopListening()
      await host.stop()
      await Promise.all(doors.map((door) => door.close()))
      shell?.close()
      mirror?.stop()
      await closeLog()
    },
  })

  try {
    await host.start()
    const client = localClient(host.router)
    const copy = await mirrorHost(client, host.events)
    mirror = copy
    chosenLocale = () => copy.state().settings.locale
    doors = [await openControlDoor({ router: host.router, address: control, clock: ports.clock, log })]
    window = pageWindow({
      preload: join(built, 'preload', 'preload.cjs'),
      icon: join(resources, 'icons', '256x256.png'),
      memoryFile: join(app.getPath('userData'), 'window.json'),
      devTools: !app.isPackaged,
      theme: () => copy.state().settings.theme,
      door: openPortDoor(createPortHandler(host.router, log), log),
      log,
      onFirstClose: () => notifications.show({ ...said().closedToTray, onClick: () => show() }),
    })
    const icons = join(resources, 'tray')
    shell = openTrayShell({ client, mirror: copy, locale, window, notifications, icons, log, quit })
  } catch (error) {
    log.fatal({ err: error }, 'the app cannot go on')
    tell(error)
    quit('it cannot start', 1)
    return
  }
  setApplicationMenu(process.platform, said().quit, () => shell?.askToQuit())
  if (wanted !== undefined) show(wanted)
}

/** Beside a headless host its page is shown, and the app lives as long as that window. Anything else is an error. */
async function beside(error: unknown, notifications: Notifications, log: Logger): Promise<undefined> {
  const holder = lockHolder(error)
  if (holder?.kind !== 'headless') throw error
  log.info({ pid: holder.pid }, 'a headless host has the data folder; its page is shown')
  app.on('window-all-closed', () => app.exit(0))
  const icon = join(resources, 'icons', '256x256.png')
  const { title, body } = said().besideHeadless
  const window = await showHeadlessPage({ dataFolder, icon, devTools: !app.isPackaged, title })
  notifications.show({ title, body: body(holder.pid), onClick: () => window.focus() })
  app.on('second-instance', () => window.focus())
}

function fail(error: unknown): void {
  tell(error)
  app.exit(lockHolder(error) ? 73 : 1)
}

/** A dialog; before the app is ready, on Linux, a line of standard error. */
function tell(error: unknown): void {
  dialog.showErrorBox(said().cannotStart, messageOf(error))
}
