import { accessibilityProblems, addTask, expect, startRun, test } from '../support/shared-host-page'

test.describe('a task', () => {
  test('shows when it runs next and how it has fared', async ({ page, host, visit }) => {
    const task = await addTask(
      host,
      'Backup',
      '--cron',
      '15 2 * * *',
      '--timeout',
      '2h',
      '--tag',
      'nightly',
      '--command',
      'exit 0',
    )
    for (const _ of [1, 2, 3]) await host.belfry(['run', task.id, '--wait'])
    await visit(`/tasks/${task.id}`)
    await expect(page.getByTestId('task-state')).toHaveText('Succeeded')
    await expect(
      page.getByRole('banner').or(page.locator('header')).getByText('At 02:15, every day').first(),
    ).toBeVisible()
    const next = page.getByTestId('next').getByRole('listitem')
    await expect(next).toHaveCount(10)
    for (const row of await next.all()) await expect(row).toContainText('02:15')
    await expect(page.getByTestId('stat-rate')).toHaveText('100 %')
    await expect(page.getByTestId('stat-since')).toHaveText('never failed')
    await expect(page.getByRole('img', { name: /Durations of the last 3 runs/ })).toBeVisible()
    expect(await accessibilityProblems(page)).toEqual([])
  })

  test('does not say that nothing is planned before it knows, nor when it cannot know', async ({
    page,
    host,
    visit,
  }) => {
    const task = await addTask(host, 'Unplanned', '--cron', '15 2 * * *', '--command', 'true')
    let answer = (): void => undefined
    const asked = new Promise<void>((resolve) => {
      void page.route('**/api/schedule/preview', async (route) => {
        resolve()
        await new Promise<void>((go) => (answer = go))
        await route.fulfill({ status: 503, json: { code: 'UNAVAILABLE', message: 'the host is stopping' } })
      })
    })
    await visit(`/tasks/${task.id}`)
    await asked
    const next = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Next 10' }) })
    await expect(next.getByRole('status', { name: 'Loading' })).toBeVisible()
    await expect(next).not.toContainText('Nothing more is planned.')
    answer()
    await expect(next).toContainText('The next runs could not be worked out')
    await expect(next).toContainText('the host is stopping')
    await expect(next).not.toContainText('Nothing more is planned.')
    expect(await accessibilityProblems(page)).toEqual([])
    await page.unroute('**/api/schedule/preview')
    await next.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByTestId('next').getByRole('listitem')).toHaveCount(10)
  })

  test('runs now, and its log is one click away', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Now', '--manual', '--command', 'echo hello; sleep 30')
    await visit(`/tasks/${task.id}`)
    await page.getByRole('button', { name: 'Run now' }).click()
    await expect(page.getByTestId('task-state')).toHaveText('Running')
    await page.getByRole('link', { name: 'Open log' }).click()
    await expect(page.locator('[data-line]', { hasText: 'hello' })).toBeVisible()
    await host.belfry(['cancel', task.id])
  })

  test('with parameters asks for them, and the command gets what was given', async ({ page, host, visit }) => {
    const task = await addTask(
      host,
      'Asks',
      '--manual',
      '--param',
      'who=world',
      '--param',
      'times=3',
      '--command',
      'echo "hello $BELFRY_PARAM_WHO, $BELFRY_PARAM_TIMES times"',
    )
    await visit(`/tasks/${task.id}`)
    await page.getByRole('button', { name: 'Run now' }).click()
    const dialog = page.getByRole('dialog', { name: `Run ${task.name}` })
    await expect(dialog.getByLabel('who')).toHaveValue('world')
    await expect(dialog).toContainText('BELFRY_PARAM_WHO')
    expect(await accessibilityProblems(page)).toEqual([])
    await dialog.getByLabel('who').fill('operator')
    await page.keyboard.press('Enter')
    await expect(dialog).toBeHidden()
    await expect(page.getByTestId('task-state')).toHaveText('Succeeded')
    const { items } = await host.json<{ items: { id: string }[] }>(['runs', '--task', task.id])
    await visit(`/runs/${items[0]?.id}`)
    await expect(page.locator('[data-line]', { hasText: 'hello operator, 3 times' })).toBeVisible()
    await expect(page.getByRole('complementary', { name: 'Details' })).toContainText('"operator"')
  })

  test('with parameters asks for them each time', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Asks again', '--manual', '--param', 'who=world', '--command', 'true')
    await visit(`/tasks/${task.id}`)
    const dialog = page.getByRole('dialog', { name: `Run ${task.name}` })
    for (const _ of [1, 2]) {
      await page.getByRole('button', { name: 'Run now' }).click()
      await dialog.getByLabel('who').fill('operator')
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await expect(dialog).toBeHidden()
    }
    await page.getByRole('button', { name: 'Run now' }).click()
    await expect(dialog.getByLabel('who')).toHaveValue('world')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('task-state')).toHaveText('Succeeded')
  })

  test('is paused for a time and resumed', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Paused', '--cron', '0 3 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}`)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('menuitem', { name: 'Until resumed' }).click()
    await expect(page.getByTestId('task-state')).toHaveText('Paused')
    await expect(page.getByText('Paused: nothing is planned until it is resumed.')).toBeVisible()
    expect(await host.json(['show', task.id])).toMatchObject({ pause: { until: null }, nextAt: null })
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect(page.getByTestId('task-state')).toHaveText('Not run yet')
    await expect(page.getByTestId('next').getByRole('listitem')).toHaveCount(10)
    expect(await host.json(['show', task.id])).toMatchObject({ pause: null })
  })

  test('tells what changes of the clocks do to it, where they are planned or below', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Clocks', '--cron', '15 2 * * *', '--command', 'true')
    const note = { zone: 'Europe/Berlin', times: ['02:15'], count: 1, trigger: 0 }
    const gap = { ...note, at: '2027-03-28T01:00:00.000Z', kind: 'gap', by: 3_600_000, effect: 'shifted' }
    const overlap = { ...note, at: '2027-10-31T01:00:00.000Z', kind: 'overlap', by: -3_600_000, effect: 'once' }
    const next = ['2027-03-27T01:15:00.000Z', '2027-03-28T01:00:00.000Z', '2027-03-29T00:15:00.000Z']
    await page.route('**/api/schedule/preview', async (route) => {
      const answer = (await (await route.fetch()).json()) as object
      const planned = next.map((at) => ({ at, trigger: 0 }))
      await route.fulfill({ json: { ...answer, next: planned, dst: [gap, overlap] } })
    })
    await visit(`/tasks/${task.id}`)
    const rows = page.getByTestId('next').getByRole('listitem')
    await expect(rows.nth(1)).toContainText('the clocks go from 02:00 to 03:00. 02:15 runs once, at 03:00.')
    await expect(rows.nth(0)).not.toContainText('the clocks')
    await expect(rows.nth(2)).not.toContainText('the clocks')
    await expect(page.getByTestId('dst')).toContainText('02:15 comes twice')
    expect(await accessibilityProblems(page)).toEqual([])
  })

  test('skips the next of what is planned, one after another, and takes that back', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Skipping', '--cron', '0 3 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}`)
    const next = page.getByTestId('next').getByRole('listitem')
    await expect(next).toHaveCount(10)
    const instants = await next.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-at')))
    const skips = (): Promise<unknown> => host.json<{ skips: unknown }>(['show', task.id]).then((shown) => shown.skips)

    await page.getByRole('button', { name: 'Skip next' }).click()
    await expect(next.nth(0)).toContainText('skipped')
    await expect(page.getByText(/will not run at .*03:00/).last()).toBeVisible()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(next.filter({ hasText: 'skipped' })).toHaveCount(0)
    expect(await skips()).toEqual([])

    for (const n of [1, 2]) {
      await page.getByRole('button', { name: 'Skip next' }).click()
      await expect(next.filter({ hasText: 'skipped' })).toHaveCount(n)
    }
    expect(await skips()).toEqual(instants.slice(0, 2))
    expect(await host.json(['show', task.id])).toMatchObject({ nextAt: instants[2] })
    await next
      .nth(0)
      .getByRole('button', { name: /^Run it at .* after all$/ })
      .click()
    await expect(next.filter({ hasText: 'skipped' })).toHaveCount(1)
    await expect.poll(skips).toEqual(instants.slice(1, 2))
    await page.getByRole('tab', { name: 'Definition' }).click()
    await page.getByRole('tab', { name: 'Overview' }).click()
    await expect(next.nth(1)).toContainText('skipped')
  })

  test('that runs as often as it may is started once more only when that is confirmed', async ({
    page,
    host,
    visit,
  }) => {
    const task = await addTask(host, 'Twice', '--manual', '--command', 'sleep 60')
    await startRun(host, task)
    await visit(`/tasks/${task.id}`)
    await expect(page.getByTestId('task-state')).toHaveText('Running')
    await expect(page.getByRole('button', { name: 'Run now' })).toHaveCount(0)
    const active = async (): Promise<number> =>
      (await host.json<{ activeRuns: string[] }>(['show', task.id])).activeRuns.length
    const dialog = page.getByRole('dialog', { name: `Run ${task.name} once more?` })
    for (const [button, runs] of [
      ['Cancel', 1],
      ['Run anyway', 2],
    ] as const) {
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Run now' }).click()
      await expect(dialog).toContainText('One run of it is going already')
      expect(await accessibilityProblems(page)).toEqual([])
      await dialog.getByRole('button', { name: button }).click()
      await expect(dialog).toBeHidden()
      await expect.poll(active).toBe(runs)
    }
    const { items } = await host.json<{ items: { id: string }[] }>(['runs', '--task', task.id])
    for (const { id } of items) await host.belfry(['cancel', id])
  })

  test('says what brings it where that is no time', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Waking', '--startup', 'boot', '--command', 'true')
    await visit(`/tasks/${task.id}`)
    await expect(page.getByText('Nothing is planned ahead. Once per boot.')).toBeVisible()
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Why did it not run?' }).click()
    await page.getByRole('button', { name: 'Ask' }).click()
    await expect(page.getByTestId('why')).toContainText('no time brings it')
    await expect(page.getByText('Nothing has come due yet')).toBeVisible()
  })

  test('is disabled, deleted and put back', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Gone', '--cron', '0 3 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}`)
    const more = page.getByRole('button', { name: 'More actions' })
    await more.click()
    await page.getByRole('menuitem', { name: 'Disable' }).click()
    await expect(page.getByTestId('task-state')).toHaveText('Disabled')
    await more.click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await expect(page).toHaveURL(/#\/tasks$/)
    // The offer stands for 8 s only.
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await host.belfry(['show', task.id])).code).toBe(0)
    await visit(`/tasks/${task.id}`)
    await expect(page.getByTestId('task-state')).toHaveText('Disabled')
    expect(await host.json(['show', task.id])).toMatchObject({ id: task.id, enabled: false })
  })

  test('shows what it is, for people and as JSON', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Facts', '--every', '90s', '--env', 'LEVEL=high', '--command', 'echo "$LEVEL"')
    await visit(`/tasks/${task.id}?tab=definition`)
    await expect(page.getByRole('definition').filter({ hasText: 'Every 1 minute 30 seconds' })).toBeVisible()
    await expect(page.getByRole('definition').filter({ hasText: 'LEVEL=high' })).toBeVisible()
    await expect(page.locator('pre')).toContainText('"every": 90000')
    expect(await accessibilityProblems(page)).toEqual([])
  })

  test('lists its runs', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Runs', '--manual', '--command', 'exit 9')
    await startRun(host, task)
    await visit(`/tasks/${task.id}`)
    await page.getByRole('tab', { name: 'Runs' }).click()
    const rows = page.locator('[data-run]')
    await expect(rows).toHaveCount(1)
    await expect(rows).toContainText('exit code 9')
    await rows.click()
    await expect(page.getByRole('heading', { name: 'Run #1' })).toBeVisible()
  })

  test('says so when its runs cannot be read, and reads them when asked again', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Unread', '--manual', '--command', 'exit 9')
    await host.belfry(['run', task.id, '--wait'])
    await page.route('**/api/runs?*task=*', (route) =>
      route.fulfill({ status: 507, json: { code: 'STORAGE', message: 'the disk does not answer' } }),
    )
    await visit('/settings')
    // As if it were long ago: the page knows no run by itself.
    await page.route('**/api/runs?*since=*', (route) => route.fulfill({ json: { items: [], nextCursor: null } }))
    await page.reload()
    for (const tab of ['overview', 'runs']) {
      await visit(`/tasks/${task.id}?tab=${tab}`)
      await expect(page.getByText('The runs could not be read')).toBeVisible()
      await expect(page.getByText('the disk does not answer')).toBeVisible()
      await expect(page.getByText('It has not run yet')).toHaveCount(0)
    }
    expect(await accessibilityProblems(page)).toEqual([])
    await page.unrouteAll()
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.locator('[data-run]')).toHaveCount(1)
  })

  test('that cannot be read is asked for again', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Refusing', '--manual', '--command', 'true')
    await page.route('**/api/tasks/Refusing*', (route) =>
      route.fulfill({ status: 507, json: { code: 'STORAGE', message: 'the disk does not answer' } }),
    )
    await visit(`/tasks/${encodeURIComponent(task.name)}`)
    await expect(page.getByText('The task could not be read')).toBeVisible()
    await page.unrouteAll()
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByTestId('task-state')).toHaveText('Not run yet')
  })

  test('that does not exist is said to be none', async ({ page, visit }) => {
    await visit('/tasks/01NOSUCHTASK')
    await expect(page.getByText('There is no such task')).toBeVisible()
  })
})
