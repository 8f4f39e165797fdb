import { expect } from 'playwright/test'
import { NotificationWatch } from '../support/notifications'
import { commandTask, test } from '../support/tray-app'
import { until } from '../support/until'

test('a failing task raises a notification with its name and reason, whose click shows the run', async ({
  startTray,
}) => {
  const watch = await NotificationWatch.start()
  const tray = await startTray({ args: ['--hidden'] })
  const { id } = await tray.client.tasks.create(
    commandTask('Mirror to offsite', 'echo "rsync: connection closed" >&2; exit 12'),
  )
  const { id: runId } = await tray.client.tasks.run({ id })

  const shown = await watch.waitFor('Mirror to offsite')
  expect(shown.summary).toBe('Mirror to offsite failed')
  expect(shown.body).toContain('rsync: connection closed')
  expect(shown.appName).toBe('Belfry')
  expect(await tray.windowVisible()).toBe(false)

  await watch.click(shown)
  const page = await tray.page()
  await until('the run’s page', () => page.url().endsWith(`#/runs/${runId}`))
  await expect(page.getByText('rsync: connection closed').first()).toBeVisible()
  await until('its end on the screen', () => watch.shown().every(({ open }) => !open))
  watch.stop()
})

test('with the window open, the click leads the page to the run without loading it again', async ({ startTray }) => {
  const watch = await NotificationWatch.start()
  const tray = await startTray()
  const { id } = await tray.client.tasks.create(commandTask('Broken', 'exit 3'))
  const page = await tray.page()
  // Once it has heard from the host, it listens; before that it is loaded anew.
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tasks' }).click()
  await expect(page.getByRole('row').getByRole('link', { name: 'Broken' })).toBeVisible()
  await page.evaluate(() => Object.assign(window, { untouched: true }))
  const { id: runId } = await tray.client.tasks.run({ id })
  await watch.click(await watch.waitFor('Broken'))
  await until('the run’s page', () => page.url().endsWith(`#/runs/${runId}`))
  await expect(page.getByText('Broken').first()).toBeVisible()
  expect(await page.evaluate(() => 'untouched' in window)).toBe(true)
  watch.stop()
})

test('the second failure of a streak stays silent', async ({ startTray }) => {
  const watch = await NotificationWatch.start()
  const { client } = await startTray({ args: ['--hidden'] })
  const first = await client.tasks.create(commandTask('Again and again', 'exit 1'))
  const last = await client.tasks.create(commandTask('Afterwards', 'exit 1'))
  const runToEnd = async (id: string): Promise<void> => {
    const run = await client.tasks.run({ id })
    await until('its end', async () => (await client.runs.get({ id: run.id })).finishedAt !== null)
  }
  await runToEnd(first.id)
  await runToEnd(first.id)
  await runToEnd(last.id)
  await watch.waitFor('Afterwards')
  expect(watch.shown().map(({ summary }) => summary)).toEqual(['Again and again failed', 'Afterwards failed'])
  watch.stop()
})
