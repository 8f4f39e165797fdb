import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Page, Request } from 'playwright/test'
import { deferred } from '../support/deferred'
import { removeFolder, temporaryFolder } from '../support/host'
import { accessibilityProblems, addTask, expect, test, type AddedTask } from '../support/shared-host-page'

interface Shown {
  readonly triggers: readonly object[]
  readonly policy: object
}

const choose = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).check({ force: true })
const care = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name}`) })
/** One of few, by its label. */
async function select(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}
async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Save as revision/ }).click()
  await expect(page.getByTestId('task-state')).toBeVisible()
}

test.describe('a task that is set off by', () => {
  test('the machine’s wake waits as long as it is told', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Woken', '--cron', '15 2 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await choose(page, 'Event')
    await choose(page, 'Machine wakes')
    await page.getByLabel('Wait before it runs').fill('31d')
    await expect(page.getByText('must be at most 30d')).toBeVisible()
    await page.getByLabel('Wait before it runs').fill('2m')
    await expect(page.getByTestId('words')).toHaveText('When the machine wakes, after 2 minutes')
    await save(page)
    expect((await host.json<Shown>(['show', task.id])).triggers).toEqual([{ kind: 'resume', delay: 120_000 }])
  })

  test('files names what it watches, and what is wrong with it at its place', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Watching', '--cron', '15 2 * * *', '--command', 'true')
    const folder = await temporaryFolder()
    const folders = ['in', 'out'].map((name) => path.join(folder, name))
    for (const name of folders) await mkdir(name)
    await visit(`/tasks/${task.id}/edit`)
    await choose(page, 'Event')
    await choose(page, 'Files change')
    await expect(page.getByText('needs a path')).toBeVisible()
    await page.getByLabel('Path 1').fill(folders[0] ?? '')
    await page.getByRole('button', { name: 'Path', exact: true }).click()
    await expect(page.getByLabel('Path 2')).toBeFocused()
    await page.getByLabel('Path 2').fill('inbox')
    await expect(page.getByText('must be absolute, or begin with ~/')).toBeVisible()
    await expect(page.getByLabel('Path 2')).toHaveAttribute('aria-invalid', 'true')
    await expect(page.getByLabel('Path 1')).not.toHaveAttribute('aria-invalid', 'true')
    await page.getByLabel('Path 2').fill(folders[1] ?? '')
    await page.getByRole('button', { name: 'removed' }).click()
    await page.getByLabel('Quiet for').fill('10s')
    await expect(page.getByTestId('words')).toHaveText(
      `When ${folders[0]} +1 changes (added, changed), after 10 seconds of quiet`,
    )
    expect(await accessibilityProblems(page)).toEqual([])
    // What only the host can tell comes to the same place.
    await page.getByLabel('Path 2').fill(path.join(folder, 'nowhere'))
    await page.getByRole('button', { name: 'Save as revision 2' }).click()
    await expect(page.getByLabel('Path 2')).toHaveAttribute('aria-invalid', 'true')
    await expect(page.getByLabel('Path 2')).toBeFocused()
    await page.getByLabel('Path 2').fill(folders[1] ?? '')
    await save(page)
    expect((await host.json<Shown>(['show', task.id])).triggers).toEqual([
      { kind: 'watch', paths: folders, events: ['add', 'change'], settle: 10_000 },
    ])
    await host.belfry(['rm', task.id])
    await removeFolder(folder)
  })

  test('other tasks picks them by name, never itself', async ({ page, host, visit }) => {
    const first = await addTask(host, 'Dump', '--manual', '--command', 'true')
    const task = await addTask(host, 'Copy off', '--cron', '15 2 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await choose(page, 'Event')
    await choose(page, 'Another task ends')
    await expect(page.getByText('needs a task')).toBeVisible()
    const after = page.getByRole('combobox', { name: 'After these tasks' })
    await after.click()
    await expect(page.getByRole('option', { name: first.name })).toBeVisible()
    expect(await accessibilityProblems(page)).toEqual([])
    await after.fill(task.name)
    await expect(page.getByRole('option')).toHaveCount(0)
    await after.fill(first.name)
    await page.getByRole('option', { name: first.name }).click()
    await page.keyboard.press('Escape')
    await choose(page, 'fails')
    await expect(page.getByTestId('words')).toHaveText(`After “${first.name}” fails`)
    expect(await accessibilityProblems(page)).toEqual([])
    await save(page)
    expect((await host.json<Shown>(['show', task.id])).triggers).toEqual([
      { kind: 'after', tasks: [first.id], on: 'failure' },
    ])
  })
})

test.describe('the bounds of a trigger', () => {
  test('stay out of the way until there are some, and are kept by the second', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Bounded', '--cron', '15 2 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await expect(page.getByLabel('Not before')).toHaveCount(0)
    await page.getByRole('button', { name: 'Begin and end' }).click()
    await page.getByLabel('Not before').fill('2098-03-01T10:00')
    await page.getByLabel('Not after').fill('2098-02-01T10:00')
    await expect(page.getByText('must not be before from')).toBeVisible()
    await page.getByLabel('Not after').fill('2098-03-03T10:00')
    await expect(page.getByTestId('words')).toHaveText(
      'At 02:15, every day, from 2098-03-01 10:00, until 2098-03-03 10:00',
    )
    await save(page)
    expect((await host.json<Shown>(['show', task.id])).triggers).toEqual([
      {
        kind: 'cron',
        expression: '15 2 * * *',
        from: '2098-03-01T10:00:00.000Z',
        until: '2098-03-03T10:00:00.000Z',
      },
    ])
    await visit(`/tasks/${task.id}/edit`)
    await expect(page.getByLabel('Not before')).toHaveValue('2098-03-01T10:00')
  })
})

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
    await expect(page.locator('[data-change=gone]').nth(1)).toContainText('11 gone')
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
