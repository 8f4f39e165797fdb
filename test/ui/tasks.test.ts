import type { Page } from 'playwright/test'
import type { TaskView } from '@shared/model/task'
import type { TestHost } from '../support/host'
import { expect, goTo, test } from '../support/own-host-page'

const rows = (page: Page) => page.locator('[role=row][data-task]')
const row = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) })
const names = (page: Page) =>
  rows(page)
    .getByRole('link')
    .filter({ hasText: /^Task|^[A-Z]/ })
    .allTextContents()

async function make(host: TestHost, ...tasks: readonly (readonly [name: string, ...args: string[]])[]): Promise<void> {
  for (const [name, ...args] of tasks) await host.json(['add', '--name', name, '--command', 'true', ...args])
}

test('a row tells state, schedule in words, next and last run, and runs and pauses its task', async ({
  host,
  open,
}) => {
  await make(host, ['Backup', '--cron', '15 2 * * *'])
  const page = await open('/tasks')
  const backup = row(page, 'Backup')
  await expect(backup).toContainText('At 02:15, every day')
  await expect(backup).toContainText(/02:15\s*in /)
  await expect(backup).toContainText('Not run yet')

  await backup.getByRole('button', { name: 'Run Backup' }).click()
  await expect(backup).toContainText(/\d+ (ms|s)/)
  await expect(backup.getByRole('img', { name: '1 of the last 1 runs succeeded' })).toBeVisible()

  await backup.getByRole('button', { name: 'Pause Backup' }).click()
  await expect(backup).toContainText('Paused')
  await expect(backup).toContainText('until resumed')
  await backup.getByRole('button', { name: 'Resume Backup' }).click()
  await expect(backup).toContainText(/02:15\s*in /)
})

test('slash searches by name, and the states and tags filter', async ({ host, open }) => {
  await make(host, ['Alpha'], ['Beta'], ['Gamma', '--disabled'])
  const page = await open('/tasks')
  await expect(rows(page)).toHaveCount(3)
  await page.keyboard.press('/')
  await page.keyboard.type('bet')
  await expect(rows(page)).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(rows(page)).toHaveCount(3)

  await page.getByRole('button', { name: /^Disabled/ }).click()
  await expect(rows(page)).toHaveCount(1)
  await expect(row(page, 'Gamma')).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('nothing like it')
  await expect(page.getByText('No task matches')).toBeVisible()
  await page.getByRole('button', { name: 'Show all tasks' }).click()
  await expect(rows(page)).toHaveCount(3)
})

test('the keyboard moves, picks, runs, pauses and opens', async ({ host, open }) => {
  await make(host, ['Alpha'], ['Beta'], ['Gamma'])
  const page = await open('/tasks')
  await page.getByRole('grid').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('j')
  await expect(page.getByRole('grid')).toHaveAttribute('aria-activedescendant', /^row-/)
  await page.keyboard.press('x')
  await expect(row(page, 'Beta')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByRole('toolbar')).toContainText('2 selected')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('toolbar')).toBeHidden()

  await page.keyboard.press('k')
  await page.keyboard.press('p')
  await expect(row(page, 'Beta')).toContainText('Paused')
  await page.keyboard.press('r')
  await expect(page.getByText('Beta started', { exact: true })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/tasks\/\w+$/)
})

test('picked tasks are disabled and deleted together, and Undo puts them back with their ids', async ({
  host,
  open,
}) => {
  await make(host, ['Alpha'], ['Beta'], ['Gamma'])
  const before = await host.json<{ items: TaskView[] }>(['ls'])
  const page = await open('/tasks')
  await row(page, 'Alpha').getByRole('checkbox').click()
  await row(page, 'Beta').getByRole('checkbox').click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Disable' }).click()
  await expect(row(page, 'Alpha')).toContainText('Disabled')
  await expect(row(page, 'Beta')).toContainText('Disabled')

  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
  await expect(rows(page)).toHaveCount(1)
  await expect(page.getByText('Deleted 2 tasks', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(rows(page)).toHaveCount(3)
  const after = await host.json<{ items: TaskView[] }>(['ls'])
  expect(after.items.map((task) => task.id).sort()).toEqual(before.items.map((task) => task.id).sort())
})

test('a refused action is taken back and explained', async ({ host, open }) => {
  await host.json(['add', '--name', 'Busy', '--command', 'sleep 60'])
  const page = await open('/tasks')
  await host.belfry(['run', 'Busy'])
  await expect(row(page, 'Busy').getByRole('button', { name: 'Cancel Busy' })).toBeVisible()
  await row(page, 'Busy').getByRole('checkbox').click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('Busy was not deleted', { exact: true })).toBeVisible()
  await expect(row(page, 'Busy')).toBeVisible()
})

test('a refused deletion puts back no older state than what was told meanwhile', async ({ host, open }) => {
  const { id } = await host.json<TaskView>(['add', '--name', 'Before', '--command', 'true'])
  await make(host, ['Other'])
  const page = await open('/tasks')
  let refuse = (): void => undefined
  await page.route(`**/api/tasks/${id}`, async (route) => {
    await new Promise<void>((resolve) => (refuse = resolve))
    await route.fulfill({ status: 409, json: { code: 'CONFLICT', message: 'it runs just now' } })
  })
  await row(page, 'Before').getByRole('checkbox').click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
  await expect(row(page, 'Before')).toBeHidden()
  await host.json(['edit', id, '--name', 'Meanwhile'])
  await expect(row(page, 'Meanwhile')).toBeVisible()
  refuse()
  await expect(page.getByText('Before was not deleted', { exact: true })).toBeVisible()
  await expect(row(page, 'Meanwhile')).toBeVisible()
  await expect(row(page, 'Before')).toHaveCount(0)
})

test.describe('two thousand tasks', () => {
  test('are drawn only where they are looked at, and live updates lose neither place, pick nor search', async ({
    host,
    open,
  }) => {
    const lines = Array.from(
      { length: 2000 },
      (_, index) => `${index % 60} ${index % 24} * * * echo number-${String(index).padStart(4, '0')}`,
    )
    const imported = await host.belfry(['import', '--from', 'crontab', '-'], {
      stdin: `${lines.join('\n')}\n`,
      limitMs: 60_000,
    })
    expect(imported.code, imported.stderr).toBe(0)
    await host.json(['add', '--name', 'Ticker', '--command', 'true', '--every', '1s'])
    const page = await open('/tasks')
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '2002')
    expect(await rows(page).count()).toBeLessThan(100)

    await page.keyboard.press('/')
    await page.keyboard.type('number')
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '2001')
    await page.getByRole('grid').focus()
    await page.keyboard.press('End')
    await expect(row(page, 'number-1999')).toBeVisible()
    await page.keyboard.press('x')
    const scrollTop = await page.getByRole('grid').evaluate((grid) => grid.scrollTop)
    expect(scrollTop).toBeGreaterThan(60_000)

    // The ticker's runs come in as live updates all the while.
    const { items } = await host.json<{ items: { number: number }[] }>(['runs', '--task', 'Ticker', '--limit', '1'])
    await expect
      .poll(
        async () =>
          (await host.json<{ items: { number: number }[] }>(['runs', '--task', 'Ticker', '--limit', '1'])).items[0]
            ?.number,
      )
      .toBeGreaterThan((items[0]?.number ?? 0) + 2)
    expect(await page.getByRole('grid').evaluate((grid) => grid.scrollTop)).toBe(scrollTop)
    await expect(row(page, 'number-1999')).toHaveAttribute('aria-selected', 'true')
    await expect(page.getByRole('searchbox')).toHaveValue('number')

    await goTo(page, '/today')
    await page.getByRole('region', { name: 'Timeline' }).waitFor()
    await goTo(page, '/tasks')
    await expect(row(page, 'number-1999')).toBeVisible()
    await expect(page.getByRole('toolbar')).toContainText('1 selected')
  })
})

test('the order is kept under the pointer while tasks change, and a pill sorts it again', async ({ host, open }) => {
  await make(host, ['Alpha'], ['Beta'])
  await host.json(['add', '--name', 'Zeta', '--command', 'exit 1'])
  const page = await open('/tasks')
  await expect(rows(page)).toHaveCount(3)
  await row(page, 'Beta').hover()
  await host.belfry(['run', 'Zeta', '--wait'])
  await expect(row(page, 'Zeta')).toContainText('Failed')
  const pill = page.getByRole('button', { name: 'one changed, sort again' })
  await expect(pill).toBeVisible()
  expect(await names(page)).toEqual(expect.arrayContaining(['Alpha']))
  expect((await rows(page).allTextContents()).findIndex((text) => text.includes('Zeta'))).toBe(2)
  await pill.click()
  await expect(rows(page).nth(0)).toContainText('Zeta')
})
