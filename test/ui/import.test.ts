import { expect, test } from '../support/own-host-page'

const crontab = `MAILTO=ops@example.org
15 2 * * * echo backup
*/5 * * * * echo often
61 * * * * echo never
`

test('a crontab is tried dry while it is typed: tasks with their words, and bad lines by number', async ({
  host,
  open,
}) => {
  const page = await open('/tasks')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Import tasks' })
  await dialog.getByRole('tab', { name: 'Crontab text or file' }).click()
  await dialog.getByRole('textbox', { name: 'Crontab' }).fill(crontab)
  await expect(dialog.getByRole('status')).toContainText('2 new tasks')
  await expect(dialog.getByRole('row', { name: /echo backup/ })).toContainText('At 02:15, every day')
  await expect(dialog).toContainText('Line 4')
  await expect(dialog).toContainText('61 * * * * echo never')
  expect(await host.json<{ items: object[] }>(['ls'])).toMatchObject({ items: [] })

  await dialog.getByRole('button', { name: 'Import 2 tasks' }).click()
  await expect(dialog).toContainText('MAILTO')
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(page.getByRole('row', { name: /echo backup/ })).toContainText('Disabled')
})

test('a file is imported and enabled, and the same file again changes nothing', async ({ host, open }) => {
  const page = await open('/tasks')
  const choose = async (): Promise<void> => {
    await page.getByRole('tab', { name: 'Crontab text or file' }).click()
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'crontab', mimeType: 'text/plain', buffer: Buffer.from('15 2 * * * echo backup\n') })
  }
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await choose()
  await page.getByRole('checkbox', { name: 'Enable them at once' }).click()
  await page.getByRole('button', { name: 'Import one task' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.getByRole('row', { name: /echo backup/ })).toContainText('02:15')
  expect((await host.json<{ items: { enabled: boolean }[] }>(['ls'])).items.map((task) => task.enabled)).toEqual([true])

  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await choose()
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('one is here already')
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true })).toBeDisabled()
})

test('what this machine schedules is looked at without touching it', async ({ host, open }) => {
  const page = await open()
  await page.getByRole('button', { name: /Import what is here/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Import tasks' })
  await expect(dialog.getByRole('tab', { name: 'This machine' })).toHaveAttribute('aria-selected', 'true')
  const nothing = dialog.getByText('Nothing is scheduled here that Belfry can read.', { exact: true })
  await expect(dialog.getByRole('status').or(nothing)).toHaveText(
    /^((Nothing new|One new task|\d+ new tasks)( · .+)?|Nothing is scheduled here that Belfry can read\.)$/,
  )
  await expect(dialog.getByText('That cannot be imported')).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toBeHidden()
  expect(await host.json<{ items: object[] }>(['ls'])).toMatchObject({ items: [] })
})
