/*
 * Draws every icon from the SVG sources in svg/: `node resources/make-icons.mjs`. What it makes is committed, so that a
 * build needs no image library.
 *   tray/16/  Windows, with the scale suffixes that Electron picks by itself
 *   tray/22/  Linux; …Template.png for macOS, which colours them itself
 *   icons/    the app's icon by size, for Linux packages; icon.png, icon.ico and icon.icns for the window and installers
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IconIcns, IconIco } from '@shockpkg/icon-encoder'
import sharp from 'sharp'

const here = import.meta.dirname
const svg = (name) => readFile(join(here, 'svg', `${name}.svg`), 'utf8')

/** An SVG on its 24-unit grid as a PNG of `size` pixels. */
const draw = (source, size) =>
  sharp(Buffer.from(source), { density: (72 * size) / 24 })
    .resize(size, size)
    .png({ compressionLevel: 9, palette: false })
    .toBuffer()

const states = { idle: 'bell', running: 'bell-running', attention: 'bell-attention', paused: 'bell-paused' }
// Colours after the panel behind the icon; the dot is red where the tray allows colour.
const panels = {
  light: { mark: '#27272a', dot: '#dc2626', quiet: 0.62 },
  dark: { mark: '#fafafa', dot: '#f87171', quiet: 0.62 },
  template: { mark: '#000000', dot: '#000000', quiet: 0.62 },
}

async function trayIcon(state, panel) {
  const { mark, dot, quiet } = panels[panel]
  const source = (await svg(states[state]))
    .replace(/<circle cx="19" cy="5" r="4" fill="currentColor"\/>/, `<circle cx="19" cy="5" r="4" fill="${dot}"/>`)
    .replaceAll('currentColor', mark)
  return state === 'paused' ? source.replace('<svg ', `<svg opacity="${quiet}" `) : source
}

async function drawTray() {
  const sizes = [
    { folder: '16', base: 16, panels: ['light', 'dark'], scales: [1, 1.25, 1.5, 2] },
    { folder: '22', base: 22, panels: ['light', 'dark', 'template'], scales: [1, 2] },
  ]
  await rm(join(here, 'tray'), { recursive: true, force: true })
  for (const { folder, base, panels: variants, scales } of sizes) {
    await mkdir(join(here, 'tray', folder), { recursive: true })
    for (const state of Object.keys(states)) {
      for (const panel of variants) {
        const name = panel === 'template' ? `${state}Template` : `${state}-${panel}`
        for (const scale of scales) {
          const file = join(here, 'tray', folder, `${name}${scale === 1 ? '' : `@${scale}x`}.png`)
          await writeFile(file, await draw(await trayIcon(state, panel), Math.round(base * scale)))
        }
      }
    }
  }
}

async function drawApp() {
  const source = await svg('bell-color')
  const png = async (size) => draw(source, size)
  await rm(join(here, 'icons'), { recursive: true, force: true })
  await mkdir(join(here, 'icons'), { recursive: true })
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) {
    await writeFile(join(here, 'icons', `${size}x${size}.png`), await png(size))
  }
  await writeFile(join(here, 'icon.png'), await png(1024))

  const ico = new IconIco()
  for (const size of [256, 128, 64, 48, 32, 24, 16]) await ico.addFromPng(await png(size), null, false)
  await writeFile(join(here, 'icon.ico'), ico.encode())

  const icns = new IconIcns()
  icns.toc = true
  const types = [
    [64, 'ic12'],
    [128, 'ic07'],
    [256, 'ic13'],
    [256, 'ic08'],
    [16, 'ic04'],
    [512, 'ic14'],
    [512, 'ic09'],
    [32, 'ic05'],
    [1024, 'ic10'],
    [32, 'ic11'],
  ]
  for (const [size, type] of types) await icns.addFromPng(await png(size), [type], false)
  await writeFile(join(here, 'icon.icns'), icns.encode())
}

await drawTray()
await drawApp()
