import type { Page, Request } from 'playwright/test'
import { deferred } from '../support/deferred'
import { care } from '../support/editor-page'
import { accessibilityProblems, addTask, expect, test, type AddedTask } from '../support/shared-host-page'

test.describe('a changed schedule is shown', () => {
  const rows = (page: Page) =>
    page
      .getByTestId('next')
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => item.getAttribute('data-change')))
  async function edit(
    host: Parameters<typeof addTask>[0],
    visit: (place: string) => Promise<void>,
    page: Page,
  ): Promise<AddedTask> {
    const task = await addTask(host, 'Compared', '--cron', '15 2 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await expect(page.getByTestId('next').getByRole('listitem')).toHaveCount(10)
    return task
  }

  test('instant by instant, old against new', async ({ page, host, visit }) => {
    await edit(host, visit, page)
    await expect(page.getByTestId('per-day')).toHaveText('1 a day')
    await expect(page.getByTestId('counted')).toHaveText('')
    const hour = page.getByRole('textbox', { name: 'hour' })

    await hour.fill('2,14')
    await expect(page.getByTestId('per-day')).toHaveText('2 a day, was 1 a day')
    await expect(page.getByTestId('counted')).toHaveText('5 new')
    expect([...(await rows(page))].sort()).toEqual([...Array<string>(5).fill('kept'), ...Array<string>(5).fill('new')])

    await hour.fill('4')
    await expect(page.getByTestId('counted')).toHaveText('10 new, 10 gone')
    await expect(page.getByTestId('next').locator('del').first()).toBeVisible()
    expect(await accessibilityProblems(page)).toEqual([])

    // The same times said otherwise.
    await hour.fill('02')
    await expect(page.getByTestId('counted')).toHaveText('the same as before')
    await hour.fill('2')
    await expect(page.getByTestId('counted')).toHaveText('')
  })

  test('for less often, with what goes between two that stay in one row', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Thinned', '--cron', '0 * * * *', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await page.getByRole('textbox', { name: 'hour' }).fill('*/12')
    await expect(page.getByTestId('per-day')).toHaveText('2 a day, was 24 a day')
    await expect(page.locator('[data-change=gone]', { hasText: '11 gone' }).first()).toBeVisible()
  })

  test('for a blackout, too', async ({ page, host, visit }) => {
    await edit(host, visit, page)
    await care(page, 'Allowed times').click()
    await page.getByRole('button', { name: 'Time it may run' }).click()
    await page.getByRole('group', { name: 'Only then' }).getByRole('button', { name: 'Mon' }).click()
    await expect(page.locator('[data-change=gone]').first()).toBeVisible()
    await expect(page.locator('[data-change=kept]').first()).toContainText('Mon')
  })

  test('with what the clocks, other tasks and the host have to say of it', async ({ page, host, visit }) => {
    const other = await addTask(host, 'Other', '--manual', '--command', 'true')
    const third = await addTask(host, 'Third', '--manual', '--command', 'true')
    await page.route('**/api/schedule/preview', async (route) => {
      const answer = (await (await route.fetch()).json()) as object
      const { triggers } = route.request().postDataJSON() as { triggers: { expression?: string }[] }
      const changed = triggers[0]?.expression !== '15 2 * * *'
      const collision = (task: AddedTask, count: number) => ({
        taskId: task.id,
        taskName: task.name,
        count,
        first: '2098-03-28T01:00:00.000Z',
      })
      const note = { zone: 'Europe/Berlin', times: [changed ? '02:45' : '02:15'], count: 1, trigger: 0 }
      await route.fulfill({
        json: {
          ...answer,
          jitter: 300_000,
          skippedPerDay: changed ? 2 : 0,
          dst: [
            { ...note, at: '2027-03-28T01:00:00.000Z', kind: 'gap', by: 3_600_000, effect: 'shifted' },
            { ...note, at: '2027-10-31T01:00:00.000Z', kind: 'overlap', by: -3_600_000, effect: 'once' },
          ],
          warnings: changed ? [{ code: 'alias', trigger: 0, zone: 'Asia/Calcutta', canonical: 'Asia/Kolkata' }] : [],
          collisions: changed ? [collision(other, 7)] : [collision(third, 3)],
          compared: 50,
        },
      })
    })
    await edit(host, visit, page)
    await expect(page.getByTestId('dst').getByRole('listitem')).toHaveCount(2)
    await expect(page.getByTestId('dst')).toContainText('02:15 runs once, at 03:00')
    await expect(page.getByTestId('collisions')).toContainText('Of its next 50 runs')
    await expect(page.getByTestId('collisions').getByRole('listitem')).toContainText(`${third.name}`)
    await expect(page.getByTestId('warnings')).toHaveCount(0)

    await page.getByRole('textbox', { name: 'minute' }).fill('45')
    await expect(page.getByTestId('dst')).toContainText('02:45 comes twice')
    await expect(page.getByTestId('warnings')).toHaveText('Asia/Calcutta is another name of Asia/Kolkata.')
    await expect(page.getByTestId('collisions').getByRole('listitem').first()).toContainText('7 times · new')
    await expect(page.getByTestId('collisions').getByRole('listitem').last()).toContainText('no longer')
    await expect(page.getByText('Each starts up to 5 m later.')).toBeVisible()
    await expect(page.getByText('2 a day left out by its allowed times or a change of the clocks.')).toBeVisible()
    expect(await accessibilityProblems(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect(page.locator('html')).toHaveClass(/dark/)
    expect(await accessibilityProblems(page)).toEqual([])
  })

  test('as it was last typed, whatever answers come late', async ({ page, host, visit }) => {
    await edit(host, visit, page)
    const isLate = (request: Request): boolean => (request.postData() ?? '').includes('15 5 * * *')
    const released = deferred<undefined>()
    let [held, over] = [false, false]
    await page.route('**/api/schedule/preview', async (route) => {
      if (isLate(route.request())) {
        held = true
        await released.promise
      }
      // One that the page no longer waits for cannot be continued.
      await route.continue().catch(() => undefined)
    })
    const note = (request: Request): void => {
      over ||= isLate(request)
    }
    page.on('requestfinished', note)
    page.on('requestfailed', note)
    const hour = page.getByRole('textbox', { name: 'hour' })
    await hour.fill('5')
    await expect.poll(() => held).toBe(true)
    await hour.fill('6')
    await expect(page.getByTestId('next').locator('[data-change=new]').first()).toContainText('06:15')
    released.resolve(undefined)
    await expect.poll(() => over).toBe(true)
    // Two frames: whatever it would have changed is drawn by then.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    await expect(page.getByTestId('next')).not.toContainText('05:15')
    await expect(page.getByTestId('next').locator('[data-change=new]').first()).toContainText('06:15')
  })
})
