/** The operator's main road through the page, the same in a browser and in the desktop app. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Locator, type Page } from 'playwright/test'

/** Waits for the walker, so that its log can be seen to come. */
const copying = 'echo copying; while [ ! -e "$BELFRY_HOME/go" ]; do sleep 0.05; done; echo copied'
const crontab = `15 2 * * * ${copying}
30 2 * * * echo begun; sleep 600
45 2 * * * echo "disk is full" >&2; exit 3
61 * * * * echo never
`

/**
 * Imports a crontab of three tasks, runs one and follows its log, cancels another, sees why the third fails, and edits
 * the first: by clicks in the page only. Four runs in this order: succeeded, cancelled, failed, succeeded.
 * @param home the host's data folder, which must be empty of tasks
 */
export async function walkPage(page: Page, home: string): Promise<void> {
  await importCrontab(page)

  await openTask(page, 'echo copying')
  await startRun(page)
  await expect(logLine(page, 'copying')).toBeVisible()
  await expect(runState(page)).toHaveText('Running')
  await expect(logLine(page, 'copied')).toHaveCount(0)
  await writeFile(join(home, 'go'), '')
  await expect(logLine(page, 'copied')).toBeVisible()
  await expect(runState(page)).toHaveText('Succeeded')

  await openTask(page, 'echo begun')
  await startRun(page)
  await expect(logLine(page, 'begun')).toBeVisible()
  await cancelRun(page, 'echo begun')
  await expect(runState(page)).toHaveText('Cancelled')

  await openTask(page, 'echo "disk is full"')
  await page.getByRole('button', { name: 'Run now' }).click()
  await goTo(page, 'Today')
  await page.getByRole('link', { name: /^disk is full/ }).click()
  await expect(runState(page)).toHaveText('Failed')
  await expect(page.getByTestId('run-error')).toHaveText('disk is full')
  await expect(page.getByTestId('exit-code')).toHaveText('3')

  await openTask(page, 'echo copying')
  await editCommand(page, { from: copying, to: 'echo copied anew' })
  await startRun(page)
  await expect(logLine(page, 'copied anew')).toBeVisible()
  await expect(runState(page)).toHaveText('Succeeded')
}

async function importCrontab(page: Page): Promise<void> {
  await goTo(page, 'Tasks')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Import tasks' })
  await dialog.getByRole('tab', { name: 'Crontab text or file' }).click()
  await dialog.getByRole('textbox', { name: 'Crontab' }).fill(crontab)
  await expect(dialog.getByRole('status')).toContainText('3 new tasks')
  await expect(dialog).toContainText('Line 4')
  await dialog.getByRole('button', { name: 'Import 3 tasks' }).click()
  await dialog.getByRole('button', { name: 'Close' }).last().click()
}

async function openTask(page: Page, name: string): Promise<void> {
  await goTo(page, 'Tasks')
  await page.getByRole('row').getByRole('link', { name, exact: true }).click()
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible()
}

/** From a task's page to the page of its new run. */
async function startRun(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run now' }).click()
  await page.getByRole('tab', { name: 'Runs' }).click()
  await page.locator('[data-run]').first().click()
}

async function cancelRun(page: Page, task: string): Promise<void> {
  await page.getByRole('button', { name: 'Cancel run' }).click()
  await page
    .getByRole('dialog', { name: `Cancel ${task}?` })
    .getByRole('button', { name: 'Cancel run' })
    .click()
}

async function editCommand(page: Page, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
  await page.getByRole('link', { name: 'Edit' }).click()
  const command = page.getByLabel('Command', { exact: true })
  await expect(command).toHaveValue(from)
  await command.fill(to)
  await expect(page.getByTestId('changes').locator('ins')).toHaveText(to)
  await page.getByRole('button', { name: 'Save as revision 2' }).click()
  await page.getByRole('tab', { name: 'Definition' }).click()
  await expect(page.getByRole('definition').filter({ hasText: to })).toBeVisible()
}

async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click()
}

function logLine(page: Page, text: string): Locator {
  return page.locator('[data-line]').getByText(text, { exact: true })
}

function runState(page: Page): Locator {
  return page.getByTestId('run-state')
}
