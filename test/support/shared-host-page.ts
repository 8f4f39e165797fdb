/** Tests of the page that look at their own tasks only: one host per worker, and names that no other test has. */
import { expect, test as base } from 'playwright/test'
import { removeFolder, startHost, type TestHost } from './host'
import { accessibilityProblems, goTo, watchForComplaints } from './own-host-page'

interface Fixtures {
  /** Shows a place of the page, such as `/runs`, signed in. */
  readonly visit: (place: string) => Promise<void>
  /** As in own-host-page.ts. */
  readonly clean: void
}

export interface AddedTask {
  readonly id: string
  readonly name: string
}

export const test = base.extend<Fixtures, { readonly host: TestHost }>({
  host: [
    // Playwright asks for a destructured first parameter.
    async ({}, use) => {
      const host = await startHost({ env: { TZ: 'UTC' }, args: ['--port', '0'] })
      await use(host)
      await host.stop()
      await removeFolder(host.home)
    },
    { scope: 'worker' },
  ],
  visit: async ({ page, host }, use) => {
    const { url } = await host.json<{ url: string }>(['open', '--no-browser'])
    await page.goto(url)
    await page.getByRole('navigation', { name: 'Main' }).waitFor()
    await use((place) => goTo(page, place))
  },
  clean: [async ({ page }, use) => watchForComplaints(page, use), { auto: true }],
})

let made = 0
/** Makes a task through the command line. */
export async function addTask(host: TestHost, name: string, ...args: readonly string[]): Promise<AddedTask> {
  made += 1
  return host.json<AddedTask>(['add', '--name', `${name} ${made}-${process.pid}`, ...args])
}

/** Starts a run through the command line. */
export async function startRun(
  host: TestHost,
  task: AddedTask,
): Promise<{ readonly id: string; readonly number: number }> {
  return host.json(['run', task.id])
}

export { accessibilityProblems, expect, goTo }
