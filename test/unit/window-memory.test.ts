import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { placeOnScreen, recallWindow, rememberWindow } from '../../electron/desktop/window-memory'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belfry-window-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the window’s memory', () => {
  const memory = { bounds: { x: 10, y: 20, width: 900, height: 700 }, maximized: true, toldOfTray: true }
  const nothing = { bounds: null, maximized: false, toldOfTray: false }

  it('is what it was told, for its owner alone', async () => {
    const file = join(folder, 'window.json')
    expect(rememberWindow(file, memory)).toBe(true)
    expect(recallWindow(file)).toEqual(memory)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(memory)
  })

  it.each(['', 'null', '{"bounds":{"x":"left"}}', '{"bounds":null'])(
    'is empty when its file holds %j',
    async (text) => {
      const file = join(folder, 'window.json')
      await writeFile(file, text)
      expect(recallWindow(file)).toEqual(nothing)
    },
  )

  it('is empty when there is no file, and says when it cannot write one', () => {
    const file = join(folder, 'missing', 'window.json')
    expect(recallWindow(file)).toEqual(nothing)
    expect(rememberWindow(file, memory)).toBe(false)
  })
})

describe('a remembered place', () => {
  const screens = [
    { x: 0, y: 0, width: 1440, height: 900 },
    { x: 1440, y: 0, width: 1920, height: 1080 },
  ]
  it.each([
    ['on the first screen', { x: 100, y: 100, width: 800, height: 600 }, true],
    ['on the second screen', { x: 2000, y: 50, width: 800, height: 600 }, true],
    ['half beside the screens', { x: -600, y: 100, width: 800, height: 600 }, true],
    ['of a screen that is gone', { x: 5000, y: 100, width: 800, height: 600 }, false],
    ['with its title bar above the screen', { x: 100, y: -300, width: 800, height: 600 }, false],
    ['below the screen', { x: 100, y: 1070, width: 800, height: 600 }, false],
  ])('%s is kept: %o', (_what, bounds, kept) => {
    expect(placeOnScreen(bounds, screens)).toEqual(kept ? bounds : undefined)
  })

  it('that is not there gives none', () => {
    expect(placeOnScreen(null, screens)).toBeUndefined()
  })
})
