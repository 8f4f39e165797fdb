import { expect } from 'playwright/test'
import { walkPage } from '../support/page-walk'
import { test } from '../support/tray-app'

test('in the app’s window one imports, runs, follows the log, cancels, sees a failure and edits', async ({
  startTray,
  home,
}) => {
  const { client, page: shown } = await startTray()
  const page = await shown()
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.resourceType() !== 'font') asked.push(request.url())
  })
  await walkPage(page, home)

  const { items } = await client.runs.list()
  expect(items.map(({ status }) => status).reverse()).toEqual(['succeeded', 'cancelled', 'failed', 'succeeded'])
  expect((await client.tasks.list()).items).toHaveLength(3)
  // All of it went over the page’s port.
  expect(page.url()).toMatch(/^app:\/\/belfry\//)
  expect(asked).toEqual([])
})
