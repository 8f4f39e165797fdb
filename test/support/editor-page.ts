/** What tests of the editor do on its page. */
import { expect, type Page } from 'playwright/test'

/** One of few that are side by side. */
export const choose = (page: Page, name: string) =>
  page.getByRole('radio', { name, exact: true }).check({ force: true })
/** The row that opens the fields of a question of care. */
export const care = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name}`) })
/** One of few, by its label. */
export async function select(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}
export async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Save as revision/ }).click()
  await expect(page.getByTestId('task-state')).toBeVisible()
}
