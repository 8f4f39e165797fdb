/** The icon in the tray and its menu: what tray-model.ts says, drawn again when that changes. */
import { join } from 'node:path'
import {
  Menu,
  nativeImage,
  nativeTheme,
  screen,
  Tray,
  type MenuItemConstructorOptions,
  type NativeImage,
} from 'electron'
import { assertNever } from '@shared/errors'
import { throttle } from './throttle'
import type { TrayAction, TrayIcon, TrayItem, TrayModel } from './tray-model'

export interface TrayOptions {
  /** Of the PNGs that resources/make-icons.mjs draws. */
  readonly icons: string
  readonly platform: NodeJS.Platform
  readonly model: () => TrayModel
  readonly act: (action: TrayAction) => void
}

export interface BelfryTray {
  /** Looks at the model soon; twice a second at most. */
  refresh(): void
  destroy(): void
}

/** Ms between two redraws. */
const redrawPause = 500

export function showTray(options: TrayOptions): BelfryTray {
  const { act, platform } = options
  let shown = options.model()
  const tray = new Tray(iconImage(options, shown.icon))
  const write = ({ title, tooltip }: TrayModel): void => {
    tray.setToolTip(tooltip)
    if (platform === 'darwin') tray.setTitle(title, { fontType: 'monospacedDigit' })
  }
  const build = ({ menu }: TrayModel): void =>
    tray.setContextMenu(Menu.buildFromTemplate(menu.map((item) => template(item, act))))
  write(shown)
  build(shown)

  const redraw = throttle(redrawPause, () => {
    const model = options.model()
    if (model.icon !== shown.icon) tray.setImage(iconImage(options, model.icon))
    if (model.tooltip !== shown.tooltip || model.title !== shown.title) write(model)
    // An open menu closes when it is replaced.
    if (JSON.stringify(model.menu) !== JSON.stringify(shown.menu)) build(model)
    shown = model
  })
  const recolour = (): void => tray.setImage(iconImage(options, shown.icon))
  nativeTheme.on('updated', recolour)
  // On macOS the menu opens by itself.
  if (platform !== 'darwin') tray.on('click', () => act({ do: 'open', hash: '' }))

  return {
    refresh: redraw.ask,
    destroy() {
      redraw.stop()
      nativeTheme.off('updated', recolour)
      tray.destroy()
    },
  }
}

function iconImage({ icons, platform }: TrayOptions, icon: TrayIcon): NativeImage {
  const panel = nativeTheme.shouldUseDarkColors ? 'dark' : 'light'
  switch (platform) {
    case 'darwin':
      return nativeImage.createFromPath(join(icons, '22', `${icon}Template.png`))
    case 'win32':
      return nativeImage.createFromPath(join(icons, '16', `${icon}-${panel}.png`))
    default: {
      // The panel gets one picture and scales it itself.
      const dense = screen.getPrimaryDisplay().scaleFactor > 1
      return nativeImage.createFromPath(join(icons, '22', `${icon}-${panel}${dense ? '@2x' : ''}.png`))
    }
  }
}

function template(item: TrayItem, act: (action: TrayAction) => void): MenuItemConstructorOptions {
  switch (item.kind) {
    case 'separator':
      return { type: 'separator' }
    case 'text':
      return { label: literal(item.label), enabled: false }
    case 'action':
      return { label: literal(item.label), enabled: item.enabled, click: () => act(item.action) }
    case 'menu':
      return { label: literal(item.label), submenu: item.items.map((inner) => template(inner, act)) }
    default:
      return assertNever(item)
  }
}

/** A single ampersand would mark a letter. */
function literal(label: string): string {
  return label.replaceAll('&', '&&')
}
