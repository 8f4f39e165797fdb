/** What tests of the page share that need a host of their own, because they look at everything that it has. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test as base, type Page } from 'playwright/test'
import { removeFolder, startHost, type TestHost } from './host'

interface Fixtures {
  /** With an empty data folder; stopped and removed after the test. */
  readonly host: TestHost
  /** Shows the page, signed in; `place` is what stands behind `#`. */
  readonly open: (place?: string) => Promise<Page>
  /** Fails the test when the page logs an error, breaks its content security policy, or asks anybody but the host. */
  readonly clean: void
}

export const test = base.extend<Fixtures>({
  // Playwright asks for a destructured first parameter.
  host: async ({}, use) => {
    const host = await startHost({ env: { TZ: 'UTC' } })
    await use(host)
    await host.stop()
    await removeFolder(host.home)
  },
  open: async ({ page, host }, use) => {
    await use(async (place) => {
      await page.goto(host.url)
      await page.getByRole('navigation').waitFor()
      if (place !== undefined) await goTo(page, place)
      return page
    })
  },
  clean: [async ({ page }, use) => watchForComplaints(page, use), { auto: true }],
})

/** @throws after `use` when the page has complained meanwhile, or asked anybody but this machine */
export async function watchForComplaints(page: Page, use: () => Promise<void>): Promise<void> {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  page.on('console', (message) => {
    const text = message.text()
    // A request that the host refuses, or a host that is gone, is what some tests are about.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text)
  })
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') complaints.push(`asked ${request.url()}`)
  })
  await use()
  expect(complaints, 'the page complained').toEqual([])
}

/** Another place of the page, without loading it anew. */
export async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash
  }, place)
}

/** What axe finds wrong with what is shown once it has come to rest, one line each: half-faded colours have no contrast. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(({ playState, effect }) => playState !== 'running' || effect?.getComputedTiming().endTime === Infinity),
  )
  // What goes while axe looks, a toast for one, is judged by what is left of it: then it looks again.
  for (let again = 2; ; again--) {
    const gone = await page.evaluateHandle(() => {
      const seen = { any: false }
      new MutationObserver((records) => {
        seen.any ||= records.some(({ removedNodes }) => [...removedNodes].some((node) => node instanceof Element))
      }).observe(document, { childList: true, subtree: true })
      return seen
    })
    const { violations } = await new AxeBuilder({ page }).analyze()
    if (violations.length > 0 && again > 0 && (await gone.evaluate(({ any }) => any))) continue
    return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}`))
  }
}

export { expect }
