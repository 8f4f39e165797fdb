import { describe, expect, it } from 'vitest'
import { chooseShell, type Choice, type Surroundings } from '../../electron/start/choose-shell'

const desktop: Surroundings = {
  platform: 'linux',
  env: { DISPLAY: ':0' },
  root: false,
  userNamespaces: true,
  headless: false,
  electron: { executable: '/e/electron' },
  setuidSandbox: false,
}
const tray: Choice = { shell: 'tray', executable: '/e/electron' }
const headless = (reason: string): Choice => ({ shell: 'headless', reason })
const noSandbox = 'no usable sandbox (users may not make namespaces here, and chrome-sandbox is not setuid root)'

describe('npm start', () => {
  it.each<[string, Partial<Surroundings>, Choice]>([
    ['a desktop has a tray', {}, tray],
    ['Wayland alone is a display', { env: { WAYLAND_DISPLAY: 'wayland-0' } }, tray],
    ['a server has no display', { env: {} }, headless('no display (DISPLAY is not set)')],
    ['an empty DISPLAY is none', { env: { DISPLAY: '' } }, headless('no display (DISPLAY is not set)')],
    [
      'a server is not made to fetch Electron',
      { env: {}, electron: undefined },
      headless('no display (DISPLAY is not set)'),
    ],
    [
      'root has no sandbox, whatever else there is',
      { root: true, setuidSandbox: true },
      headless('no usable sandbox (Electron has none for root)'),
    ],
    [
      'root is not made to fetch Electron',
      { root: true, electron: undefined },
      headless('no usable sandbox (Electron has none for root)'),
    ],
    ['a setuid helper will do', { userNamespaces: false, setuidSandbox: true }, tray],
    ['neither namespaces nor helper', { userNamespaces: false }, headless(noSandbox)],
    [
      'no Electron',
      { electron: { problem: 'it could not be fetched' } },
      headless('no Electron binary (it could not be fetched)'),
    ],
    ['Electron was not looked for yet', { electron: undefined }, { shell: 'undecided' }],
    ['macOS needs neither DISPLAY nor namespaces', { platform: 'darwin', env: {}, userNamespaces: false }, tray],
    ['Windows neither', { platform: 'win32', env: {}, userNamespaces: false }, tray],
    ['it was asked for', { headless: true }, headless('it was asked for')],
  ])('%s', (_name, difference, expected) => expect(chooseShell({ ...desktop, ...difference })).toEqual(expected))
})
