/** The one window. Closing hides it; the page goes on where it was when it is shown again. */
import { BrowserWindow, nativeTheme, screen } from 'electron'
import type { Settings } from '@shared/model/settings'
import type { Logger } from '../host/ports'
import { pageOrigin } from './page-files'
import type { PortDoor } from './port-door'
import { placeOnScreen, recallWindow, rememberWindow } from './window-memory'

export interface WindowOptions {
  readonly preload: string
  readonly icon: string
  /** Where its place on the screen is kept. */
  readonly memoryFile: string
  readonly devTools: boolean
  /** The page's. */
  readonly theme: () => Settings['theme']
  readonly door: PortDoor
  readonly log: Logger
  /** The operator closed it for the first time: it is still there, in the tray. */
  readonly onFirstClose: () => void
}

export interface PageWindow {
  /** Makes it if it is not there, brings it forward. @param hash a page, as `/runs/01K…`; '' leaves it where it is */
  show(hash?: string): void
  /** Its colour follows the theme; to be called when that may have changed. */
  repaint(): void
  /** For dialogs; undefined while it is hidden. */
  visible(): BrowserWindow | undefined
  /** Really closes it. */
  destroy(): void
}

/** Ms: a page that crashes again sooner than this is not loaded again by itself. */
const crashPause = 10_000

export function pageWindow(options: WindowOptions): PageWindow {
  const { log, memoryFile } = options
  let current: BrowserWindow | undefined
  let crashedAt = Number.NEGATIVE_INFINITY
  /** The page has said hello: its router has come to its first route, and would not overrule another any more. */
  let listening = false
  let loads = 0
  let painted = ''

  const repaint = (): void => {
    const colour = background(options.theme())
    if (colour === painted) return
    painted = colour
    current?.setBackgroundColor(colour)
  }

  const remember = (window: BrowserWindow, toldOfTray: boolean): void => {
    const memory = { bounds: window.getNormalBounds(), maximized: window.isMaximized(), toldOfTray }
    if (!rememberWindow(memoryFile, memory)) log.warn({ memoryFile }, 'the window’s place could not be kept')
  }

  const create = (hash: string): BrowserWindow => {
    const memory = recallWindow(memoryFile)
    painted = background(options.theme())
    const screens = screen.getAllDisplays().map(({ workArea }) => workArea)
    const window = new BrowserWindow({
      width: 1280,
      height: 820,
      ...placeOnScreen(memory.bounds, screens),
      minWidth: 420,
      minHeight: 480,
      title: 'Belfry',
      icon: options.icon,
      show: false,
      autoHideMenuBar: true,
      backgroundColor: painted,
      webPreferences: {
        preload: options.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        webSecurity: true,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: options.devTools,
      },
    })
    const shutOut = options.door.admit(window.webContents, () => (listening = true))
    nativeTheme.on('updated', repaint)

    window.once('ready-to-show', () => {
      if (memory.maximized) window.maximize()
      window.show()
    })
    window.on('close', (event) => {
      event.preventDefault()
      const told = recallWindow(memoryFile).toldOfTray
      remember(window, true)
      window.hide()
      if (!told) options.onFirstClose()
    })
    window.on('closed', () => {
      nativeTheme.off('updated', repaint)
      shutOut()
      if (current === window) current = undefined
    })
    // Another document, such as the same page loaded again.
    window.webContents.on('did-navigate', () => (listening = false))
    window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      log.error({ reason, exitCode }, 'the page’s process is gone')
      const again = window.isVisible() && performance.now() - crashedAt > crashPause
      crashedAt = performance.now()
      window.destroy()
      if (again) show()
    })
    load(window, hash)
    return window
  }

  /** A whole load, even if only the hash differs from what is there. */
  const load = (window: BrowserWindow, hash: string): void => {
    listening = false
    loads += 1
    const address = `${pageOrigin}/${loads > 1 ? `?${loads}` : ''}${fragment(hash)}`
    window.loadURL(address).catch((error: unknown) => {
      // A load that another one overtook is no failure.
      if (window.isDestroyed() || (error as { code?: string }).code === 'ERR_ABORTED') return
      log.error({ err: error }, 'the page could not be loaded')
      window.show()
    })
  }

  const lead = (window: BrowserWindow, hash: string): void => {
    if (!listening) return load(window, hash)
    const address = window.webContents.getURL().replace(/#.*$/, '') + fragment(hash)
    window.loadURL(address).catch((error: unknown) => log.warn({ err: error, hash }, 'the page did not go there'))
  }

  const show = (hash = ''): void => {
    if (!current) {
      current = create(hash)
      return
    }
    if (hash !== '') lead(current, hash)
    if (current.isMinimized()) current.restore()
    current.show()
    current.moveTop()
    current.focus()
  }

  return {
    show,
    repaint,
    visible: () => (current?.isVisible() ? current : undefined),
    destroy() {
      if (current) remember(current, recallWindow(memoryFile).toldOfTray)
      current?.destroy()
    },
  }
}

function fragment(hash: string): string {
  return hash === '' ? '' : `#${hash}`
}

/** As the page's own, so that nothing flashes before it is drawn. */
function background(theme: Settings['theme']): string {
  const dark = theme === 'dark' || (theme === 'system' && nativeTheme.shouldUseDarkColors)
  return dark ? '#121214' : '#ffffff'
}
