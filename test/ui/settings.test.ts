import type { Settings } from '@shared/model/settings'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { accessibilityProblems, expect, test } from '../support/own-host-page'

/** What the host keeps; nothing before the first change, and for the moment in which it changes the file. */
async function stored(home: string): Promise<Partial<Settings>> {
  const text = await readFile(path.join(home, 'settings.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return {}
  const document = JSON.parse(text) as { settings?: Settings } & Partial<Settings>
  return document.settings ?? document
}

test('the language changes at once, everywhere, and is kept', async ({ host, open }) => {
  const page = await open('/settings')
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: '简体中文' }).click()
  await expect(page.getByRole('heading', { name: '设置', exact: true })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await expect(page.getByRole('link', { name: '今天' })).toBeVisible()
  await expect.poll(async () => JSON.stringify(await stored(host.home))).toContain('zh-CN')
  await page.reload()
  await expect(page.getByRole('heading', { name: '设置', exact: true })).toBeVisible()
})

test('the theme follows the system until it is set', async ({ open, page }) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await open('/settings')
  await expect(page.locator('html')).toHaveClass(/dark/)
  await page.getByRole('tab', { name: 'Light' }).click()
  await expect(page.locator('html')).not.toHaveClass(/dark/)
  await page.getByRole('tab', { name: 'System' }).click()
  await expect(page.locator('html')).toHaveClass(/dark/)
})

test('a number is taken over when it is in range, else refused under itself', async ({ host, open }) => {
  const page = await open('/settings')
  const field = page.getByRole('spinbutton', { name: 'Runs at once' })
  await field.fill('0')
  await expect(page.getByText('From 1 to 1,000')).toBeVisible()
  await field.press('Enter')
  expect(await host.json<{ maxConcurrent: number }>(['status'])).toMatchObject({ maxConcurrent: 20 })
  await field.fill('3')
  await field.press('Enter')
  await expect(page.getByText('0 of 3 slots')).toBeVisible()
})

test('groups are listed with who names them, limited, added, removed and put back', async ({ host, open }) => {
  const page = await open('/settings')
  const groups = page.getByRole('region', { name: 'Groups' })
  await expect(groups).toContainText('No groups yet')
  const add = groups.getByRole('button', { name: 'Add group' })
  await add.click()
  await expect(groups).toContainText('needs a name')
  await groups.getByRole('textbox', { name: 'Group' }).fill(' db ')
  await add.click()
  const row = groups.getByRole('listitem').filter({ hasText: 'db' })
  await expect(row).toContainText('no task')
  await expect.poll(async () => (await stored(host.home)).groups).toEqual({ db: 1 })
  await groups.getByRole('textbox', { name: 'Group' }).fill('db')
  await add.click()
  await expect(groups).toContainText('is there already')

  const limit = row.getByRole('spinbutton', { name: 'Runs at once in the group db' })
  await limit.fill('3')
  await limit.press('Enter')
  await expect.poll(async () => (await stored(host.home)).groups).toEqual({ db: 3 })
  expect(await accessibilityProblems(page)).toEqual([])
  await row.getByRole('button', { name: 'Remove the limit of db' }).click()
  await expect.poll(async () => (await stored(host.home)).groups).toEqual({})
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await stored(host.home)).groups).toEqual({ db: 3 })
  await expect(limit).toHaveValue('3')
})

test('the switch of notifications is kept', async ({ host, open }) => {
  const page = await open('/settings')
  await page.getByRole('switch', { name: 'Tell me when a task fails' }).click()
  await expect.poll(async () => (await stored(host.home)).notifyFailures).toBe(false)
})

test('the host tells where its data is', async ({ host, open }) => {
  const page = await open('/settings')
  await expect(page.getByRole('region', { name: 'About this host' })).toContainText(host.home)
})
