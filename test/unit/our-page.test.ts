import { describe, expect, it } from 'vitest'
import { isOurPage } from '../../electron/desktop/our-page'

const ours = { url: 'app://belfry/#/today', origin: 'app://belfry' }

describe('a message is our page’s own', () => {
  it('when its main frame has sent it', () => {
    expect(isOurPage({ senderFrame: ours, sender: { mainFrame: ours } })).toBe(true)
  })
})

describe('a message is a stranger’s', () => {
  it('when its frame is gone', () => {
    expect(isOurPage({ senderFrame: null, sender: { mainFrame: ours } })).toBe(false)
  })

  it('when a frame inside our page has sent it, whatever it shows', () => {
    expect(isOurPage({ senderFrame: { ...ours }, sender: { mainFrame: ours } })).toBe(false)
  })

  it.each([
    ['https://belfry/', 'https://belfry'],
    ['app://belfry.example/', 'app://belfry.example'],
    ['app://belfry@example/', 'app://example'],
    ['app://other/', 'app://other'],
    ['data:text/html,app://belfry/', 'null'],
    ['about:blank', 'app://belfry'],
    // A sandboxed document at our address has no origin.
    ['app://belfry/', 'null'],
  ])('when the main frame shows %s of %s', (url, origin) => {
    const frame = { url, origin }
    expect(isOurPage({ senderFrame: frame, sender: { mainFrame: frame } })).toBe(false)
  })
})
