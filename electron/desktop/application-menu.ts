import { Menu } from 'electron'

/** macOS needs a menu for copying, pasting and quitting; elsewhere the window has none, and no way to reload by accident. */
export function setApplicationMenu(platform: NodeJS.Platform): void {
  if (platform !== 'darwin') return Menu.setApplicationMenu(null)
  Menu.setApplicationMenu(Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]))
}
