import path from 'node:path'
import { test, type Page } from 'playwright/test'
import type { Page as ListPage } from '@shared/model/common'
import type { Run } from '@shared/model/run'
import { removeFolder, startHost, type TestHost } from '../support/host'
import { goTo } from '../support/own-host-page'
import { projectRoot } from '../support/paths'
import { startScene } from './scene'

const folder = path.join(projectRoot, 'resources', 'screenshots')

let host: TestHost
test.beforeAll(async () => {
  host = await startScene()
})
test.afterAll(async () => {
  await host.stop()
  await removeFolder(host.home)
})

async function visit(page: Page, place: string, shows: string): Promise<void> {
  const { url } = await host.json<{ url: string }>(['open', '--no-browser'])
  await page.goto(url)
  await page.getByRole('navigation').first().waitFor()
  await goTo(page, place)
  await settled(page, shows)
}

/** What a place is about is there, nothing loads any more, and neither do the fonts. */
async function settled(page: Page, shows: string): Promise<void> {
  await page.locator(shows).first().waitFor({ state: 'attached' })
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .animate-pulse'))
  await page.evaluate(() => document.fonts.ready)
}

const idOf = async (name: string): Promise<string> => (await host.json<{ id: string }>(['show', name])).id
const runOf = async (name: string): Promise<string> => {
  const { items } = await host.json<ListPage<Run>>(['runs', '--task', name, '--limit', '1'])
  return items[0]?.id ?? ''
}

const planned = '[data-planned]'
const nextRuns = '[data-testid="next"] li'
const shots: readonly [file: string, scheme: 'light' | 'dark', place: () => Promise<string>, shows: string][] = [
  ['today-light', 'light', () => Promise.resolve('/today'), planned],
  ['today-dark', 'dark', () => Promise.resolve('/today'), planned],
  ['tasks-light', 'light', () => Promise.resolve('/tasks'), 'tbody tr, [role="row"]'],
  ['run-dark', 'dark', async () => `/runs/${await runOf('Photos to NAS')}`, '[data-line]'],
  ['task-light', 'light', async () => `/tasks/${await idOf('Nightly backup')}`, nextRuns],
  ['editor-light', 'light', async () => `/tasks/${await idOf('Nightly backup')}/edit`, nextRuns],
]

for (const [file, scheme, place, shows] of shots) {
  test(file, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await visit(page, await place(), shows)
    await page.screenshot({ path: path.join(folder, `${file}.png`), animations: 'disabled' })
  })
}

test('today-zh', async ({ page }) => {
  await host.belfry(['status'])
  await page.addInitScript(() => Object.defineProperty(navigator, 'languages', { get: () => ['zh-CN'] }))
  await page.addInitScript(() => Object.defineProperty(navigator, 'language', { get: () => 'zh-CN' }))
  await visit(page, '/today', planned)
  await page.screenshot({ path: path.join(folder, 'today-zh.png'), animations: 'disabled' })
})

test('empty', async ({ page }) => {
  const empty = await startHost()
  await page.goto(empty.url)
  await page.getByRole('navigation').first().waitFor()
  await settled(page, 'main')
  await page.screenshot({ path: path.join(folder, 'empty-light.png'), animations: 'disabled' })
  await empty.stop()
  await removeFolder(empty.home)
})
