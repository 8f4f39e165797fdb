import { care, choose, save, select } from '../support/editor-page'
import { accessibilityProblems, addTask, expect, test } from '../support/shared-host-page'

interface Shown {
  readonly policy: object
}

test.describe('how carefully', () => {
  test('is said in few words, opened by the keyboard, and the host has all of it', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Careful', '--cron', '15 2 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await expect(care(page, 'If late')).toHaveText('If lateRun once within 1 hour, then ask')
    await expect(page.getByLabel('Run late within')).toHaveCount(0)

    await care(page, 'If late').focus()
    await page.keyboard.press('Enter')
    await expect(care(page, 'If late')).toHaveAttribute('aria-expanded', 'true')
    await page.keyboard.press('Tab')
    await expect(page.getByLabel('Run late within')).toBeFocused()
    await page.getByLabel('Run late within').fill('')
    await select(page, 'If several are due', 'A run for each, up to 100')
    await select(page, 'What is later still', 'Run once anyway')
    await expect(care(page, 'If late')).toContainText('Run each however late')
    await expect(care(page, 'If late')).toContainText('was Run once within 1 hour, then ask')

    await care(page, 'If still running').click()
    await expect(page.getByLabel('May wait at most')).toHaveCount(0)
    await select(page, 'When that is reached', 'Wait for one to end')
    await page.getByLabel('Runs at once').fill('2')
    await page.getByLabel('May wait at most').fill('3')

    await care(page, 'Limits').click()
    await page.getByLabel('Group').fill('nas')
    await page.getByLabel('Priority').fill('-5')
    await page.getByLabel('At most', { exact: true }).fill('4')
    await page.getByLabel('Within', { exact: true }).fill('1h')

    await care(page, 'Exact time').click()
    await page.getByLabel('Spread over').fill('5m')
    await select(page, 'If the clocks skip it', 'Leave it out')
    await select(page, 'If they show it twice', 'Run both times')

    await care(page, 'Allowed times').click()
    await page.getByRole('button', { name: 'Time it may run' }).click()
    const only = page.getByRole('group', { name: 'Only then' })
    await expect(only.getByRole('button', { name: 'Mon' })).toBeFocused()
    await page.keyboard.press('Space')
    await only.getByLabel('From this time').fill('22')
    await only.getByLabel('Until this time').fill('6')
    await page.getByRole('button', { name: 'Blackout' }).click()
    const never = page.getByRole('group', { name: 'Never then' })
    await never.getByLabel('First day').fill('2098-12-24')
    await never.getByLabel('Last day').fill('2099-01-01')
    await page.getByRole('button', { name: 'Blackout' }).click()
    await never.getByLabel('Single dates').last().fill('2098-05-01 2098-10-03')
    await expect(only).toContainText('Mon, 22:00–06:00')
    await expect(never).toContainText('24 Dec 2098 to 1 Jan 2099')
    expect(await accessibilityProblems(page)).toEqual([])

    await save(page)
    expect((await host.json<Shown>(['show', task.id])).policy).toMatchObject({
      misfireGrace: null,
      coalesce: false,
      onMissed: 'run',
      maxInstances: 2,
      overlap: 'queue',
      queueLimit: 3,
      group: 'nas',
      priority: -5,
      rateLimit: { max: 4, per: 3_600_000 },
      jitter: 300_000,
      dst: { gap: 'skip', overlap: 'both' },
      active: [{ weekdays: ['mon'], times: { from: '22:00', until: '06:00' } }],
      blackouts: [{ from: '2098-12-24', until: '2099-01-01' }, { dates: ['2098-05-01', '2098-10-03'] }],
    })
  })

  test('shows each mistake where it is, and opens what hides it', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Careless', '--cron', '15 2 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await care(page, 'Limits').click()
    for (const [label, text, reason] of [
      ['Priority', '101', 'must be a whole number from -100 to 100'],
      ['At most', 'few', 'must be a whole number from 1 to 100000'],
    ] as const) {
      const field = page.getByLabel(label, { exact: true })
      await field.fill(text)
      await expect(page.getByText(reason)).toBeVisible()
      await expect(field).toHaveAttribute('aria-invalid', 'true')
    }
    // It cannot be folded away while it holds the mistake.
    await care(page, 'Limits').click()
    await expect(care(page, 'Limits')).toContainText('One of its fields needs another look')
    await expect(page.getByLabel('Priority')).toBeVisible()
    // What is wrong there says nothing against the schedule.
    await expect(page.getByTestId('next').getByRole('listitem')).toHaveCount(10)
    expect(await accessibilityProblems(page)).toEqual([])

    await page.keyboard.press('Control+s')
    await expect(page.getByLabel('Priority')).toBeFocused()
    await page.getByLabel('Priority').fill('1')
    await page.getByLabel('At most', { exact: true }).fill('')
    await expect(care(page, 'Limits')).toContainText('Priority 1')

    await care(page, 'Allowed times').click()
    await page.getByRole('button', { name: 'Blackout' }).click()
    await expect(page.getByTestId('summary')).toHaveText('One field needs another look', { ignoreCase: true })
    await page.getByLabel('Single dates').fill('2098-02-30')
    await expect(page.getByText('there is no such date')).toBeVisible()
    await page.getByRole('button', { name: 'Remove window 1' }).click()
    await expect(care(page, 'Allowed times')).toContainText('Any time')
    await page.getByRole('button', { name: 'Discard' }).click()
    await expect(care(page, 'Limits')).toContainText('None of its own')
  })

  test('suggests the groups there are, and says how many may run in one', async ({ page, host, visit }) => {
    const policyOf = (group: string) => ({
      name: `In ${group} ${process.pid}`,
      action: { kind: 'command', command: 'true' },
      policy: { group },
    })
    await visit('/tasks')
    const made = await page.evaluate(async (body) => {
      const answer = await fetch('/api/tasks', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return answer.status
    }, policyOf('tapes'))
    expect(made).toBeLessThan(300)
    const task = await addTask(host, 'Grouped', '--manual', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await care(page, 'Limits').click()
    const group = page.getByLabel('Group')
    const list = await group.getAttribute('list')
    await expect(page.locator(`datalist[id="${list}"] option[value=tapes]`)).toHaveCount(1)
    await group.fill('tapes')
    await expect(page.getByText('One run at a time in this group.')).toBeVisible()
  })
})

test.describe('420 pixels wide', () => {
  test('nothing of the editor is wider than the window', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Narrow', '--cron', '15 2 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await page.setViewportSize({ width: 420, height: 820 })
    for (const name of ['If late', 'If still running', 'Limits', 'Exact time', 'Allowed times'])
      await care(page, name).click()
    await page.getByRole('button', { name: 'Blackout' }).click()
    await page.getByLabel('Single dates').fill('2098-12-24')
    await choose(page, 'Event')
    await choose(page, 'Files change')
    await page.getByLabel('Path 1').fill('~/inbox')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(420)
    const wide = await page
      .locator('form *')
      .evaluateAll((all) =>
        all
          .filter((one) => one.getClientRects().length > 0 && one.getBoundingClientRect().right > 421)
          .map((one) => one.outerHTML.slice(0, 120)),
      )
    expect(wide).toEqual([])
    expect(await accessibilityProblems(page)).toEqual([])
  })
})
