/** What no page in any window of ours may do, whatever got into it. */
import type { App, Session, WebContents } from 'electron'
import type { Logger } from '../host/ports'

/** For every window, view and frame that is ever made. */
export function guardContents(app: App, log: Logger): void {
  app.on('web-contents-created', (_event, contents) => guard(contents, log))
}

function guard(contents: WebContents, log: Logger): void {
  contents.setWindowOpenHandler(({ url }) => {
    log.warn({ url }, 'the page wanted to open a window and was refused')
    return { action: 'deny' }
  })
  // Navigations by the page; those that main starts do not come by here.
  contents.on('will-frame-navigate', (event) => {
    log.warn({ url: event.url }, 'the page wanted to go elsewhere and was refused')
    event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

/** Nothing is permitted but putting text on the clipboard, which the page's copy buttons do. */
export function refusePermissions(session: Session): void {
  const allowed = 'clipboard-sanitized-write'
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === allowed))
  session.setPermissionCheckHandler((_contents, permission) => permission === allowed)
  session.setDevicePermissionHandler(() => false)
  // What the page itself has made (a run's log) may be saved; Electron asks where to.
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith('blob:')) event.preventDefault()
  })
}
