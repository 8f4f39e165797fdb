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

async function visit(page: Page, place: string): Promise<void> {
  const { url } = await host.json<{ url: string }>(['open', '--no-browser'])
  await page.goto(url)
  await page.getByRole('navigation').first().waitFor()
  await goTo(page, place)
  await settled(page)
}

/** Nothing loads any more, and the fonts are there. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .animate-pulse'))
  await page.evaluate(() => document.fonts.ready)
}

const idOf = async (name: string): Promise<string> => (await host.json<{ id: string }>(['show', name])).id
const runOf = async (name: string): Promise<string> => {
  const { items } = await host.json<ListPage<Run>>(['runs', '--task', name, '--limit', '1'])
  return items[0]?.id ?? ''
}

const shots: readonly [file: string, scheme: 'light' | 'dark', place: () => Promise<string>][] = [
  ['today-light', 'light', () => Promise.resolve('/today')],
  ['today-dark', 'dark', () => Promise.resolve('/today')],
  ['tasks-light', 'light', () => Promise.resolve('/tasks')],
  ['run-dark', 'dark', async () => `/runs/${await runOf('Photos to NAS')}`],
  ['task-light', 'light', async () => `/tasks/${await idOf('Nightly backup')}`],
  ['editor-light', 'light', async () => `/tasks/${await idOf('Nightly backup')}/edit`],
]

for (const [file, scheme, place] of shots) {
  test(file, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await visit(page, await place())
    await page.screenshot({ path: path.join(folder, `${file}.png`), animations: 'disabled' })
  })
}

test('today-zh', async ({ page }) => {
  await host.belfry(['status'])
  await page.addInitScript(() => Object.defineProperty(navigator, 'languages', { get: () => ['zh-CN'] }))
  await page.addInitScript(() => Object.defineProperty(navigator, 'language', { get: () => 'zh-CN' }))
  await visit(page, '/today')
  await page.screenshot({ path: path.join(folder, 'today-zh.png'), animations: 'disabled' })
})

test('empty', async ({ page }) => {
  const empty = await startHost()
  await page.goto(empty.url)
  await page.getByRole('navigation').first().waitFor()
  await settled(page)
  await page.screenshot({ path: path.join(folder, 'empty-light.png'), animations: 'disabled' })
  await empty.stop()
  await removeFolder(empty.home)
})
