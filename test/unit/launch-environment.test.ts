import { describe, expect, it } from 'vitest'
import { launchEnvironment } from '../../electron/desktop/launch-environment'

describe('the environment for commands', () => {
  it('is the operator’s, without what Electron added and with what it replaced', () => {
    const electrons = {
      HOME: '/home/ada',
      CHROME_DESKTOP: 'belfry.desktop',
      GDK_BACKEND: 'x11',
      XDG_CURRENT_DESKTOP: 'Unity',
      ORIGINAL_XDG_CURRENT_DESKTOP: 'XFCE',
    }
    expect(launchEnvironment(electrons)).toEqual({ HOME: '/home/ada', XDG_CURRENT_DESKTOP: 'XFCE' })
  })

  it('is untouched where Electron adds nothing', () => {
    expect(launchEnvironment({ HOME: '/Users/ada', EMPTY: '' })).toEqual({ HOME: '/Users/ada', EMPTY: '' })
  })
})
