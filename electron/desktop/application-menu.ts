import { app, Menu } from 'electron'

/** macOS needs a menu for copying, pasting and quitting; elsewhere the window has none, and no way to reload by accident. */
export function setApplicationMenu(platform: NodeJS.Platform, quitLabel: string, quit: () => void): void {
  if (platform !== 'darwin') return Menu.setApplicationMenu(null)
  const application = {
    label: app.name,
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      // Not the role: that would quit without asking.
      { label: quitLabel, accelerator: 'Command+Q', click: quit },
    ],
  } satisfies Electron.MenuItemConstructorOptions
  Menu.setApplicationMenu(Menu.buildFromTemplate([application, { role: 'editMenu' }, { role: 'windowMenu' }]))
}
