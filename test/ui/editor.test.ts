import { accessibilityProblems, addTask, expect, goTo, test } from '../support/shared-host-page'

interface Shown {
  readonly id: string
  readonly revision: number
  readonly name: string
  readonly triggers: readonly object[]
}

test.describe('a new task', () => {
  test('is made by clicks, and the host has it as clicked', async ({ page, host, visit }) => {
    await visit('/tasks/new')
    const create = page.getByRole('button', { name: 'Create task' })
    await expect(create).toBeDisabled()
    await expect(page.getByText('a task needs a name')).toHaveCount(0)
    const name = `Made by hand ${process.pid}`
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.getByLabel('Command', { exact: true }).fill('echo made')
    await page.getByRole('radio', { name: 'Weeks' }).check({ force: true })
    await page.getByRole('radio', { name: 'Fri' }).click()
    await page.getByRole('button', { name: 'Time', exact: true }).click()
    await expect(page.getByTestId('words')).toHaveText('At 02:00 and 14:00, only on Friday')
    await expect(page.getByTestId('next').getByRole('listitem')).toHaveCount(10)
    await expect(page.getByTestId('next').getByRole('listitem').first()).toContainText('Fri')
    expect(await accessibilityProblems(page)).toEqual([])
    await create.click()
    await expect(page).toHaveURL(/#\/tasks\/\w+$/)
    await expect(page.getByTestId('task-state')).toHaveText('Not run yet')
    expect(await host.json(['show', name])).toMatchObject({
      action: { kind: 'command', command: 'echo made' },
      triggers: [{ kind: 'cron', expression: '0 2,14 * * 5' }],
    })
  })

  test('begins as a copy of another', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Original', '--every', '5m', '--command', 'true', '--env', 'A=b')
    await visit(`/tasks/${task.id}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue(`${task.name} (copy)`)
    await page.getByRole('button', { name: 'Create task' }).click()
    await expect(page.getByTestId('task-state')).toBeVisible()
    expect(await host.json(['show', `${task.name} (copy)`])).toMatchObject({ action: { env: { A: 'b' } } })
  })

  test('and a copy of another keep a draft each, and saving one leaves the other', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Copied', '--manual', '--command', 'true')
    const name = page.getByLabel('Name', { exact: true })
    const command = page.getByLabel('Command', { exact: true })
    const leave = page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Leave' })
    const kept = (): Promise<string> => page.evaluate(() => JSON.stringify(Object.values(localStorage)))
    await visit('/tasks/new')
    await name.fill('A new one')
    await expect.poll(kept).toContain('A new one')

    // Away and back without leaving the editor: the address alone says which of the two it is.
    await goTo(page, `/tasks/new?from=${task.id}`)
    await leave.click()
    await expect(name).toHaveValue(`${task.name} (copy)`)
    await command.fill('echo from the copy')
    await expect.poll(kept).toContain('echo from the copy')
    await goTo(page, '/tasks/new')
    await leave.click()
    await expect(name).toHaveValue('A new one')
    await expect(command).toHaveValue('')

    await goTo(page, `/tasks/new?from=${task.id}`)
    await leave.click()
    await expect(page.getByText('Your unsaved draft is back')).toBeVisible()
    await expect(command).toHaveValue('echo from the copy')
    await page.getByRole('button', { name: 'Create task' }).click()
    await expect(page.getByTestId('task-state')).toBeVisible()
    expect(await kept()).not.toContain('echo from the copy')
    await goTo(page, '/tasks/new')
    await expect(name).toHaveValue('A new one')
  })
})

test.describe('validation', () => {
  test('says under each field what is wrong with it, as one types', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Wrong', '--cron', '15 2 * * *', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    const save = page.getByRole('button', { name: 'Save as revision 2' })
    await expect(save).toBeDisabled()

    await page.getByLabel('Name', { exact: true }).fill('')
    await expect(page.getByText('a task needs a name')).toBeVisible()
    await page.getByRole('textbox', { name: 'minute' }).fill('75')
    await expect(page.getByRole('alert').filter({ hasText: 'minute' })).toBeVisible()
    await page.getByRole('button', { name: 'Variable' }).click()
    await page.getByLabel('Name of the variable').fill('1BAD')
    await expect(page.getByText('is not a name for an environment variable')).toBeVisible()
    await page.getByLabel('Timeout').fill('5 parsecs')
    await expect(page.getByText('"5 parsecs" is not a duration such as 90s or 1h 30m')).toBeVisible()
    await expect(page.getByTestId('summary')).toHaveText('4 fields need another look')
    await expect(save).toBeDisabled()
    expect(await accessibilityProblems(page)).toEqual([])

    await page.getByLabel('Name', { exact: true }).fill(task.name)
    await page.getByRole('textbox', { name: 'minute' }).fill('45')
    await page.getByLabel('Name of the variable').fill('GOOD')
    await page.getByLabel('Timeout').fill('5m')
    await expect(page.getByRole('alert')).toHaveCount(0)
    await expect(save).toBeEnabled()
    await page.getByRole('button', { name: 'Discard' }).click()
    await expect(save).toBeDisabled()
  })

  test.describe('refuses', () => {
    for (const [expression, reason] of [
      ['30 2 30 2 *', 'the expression never comes'],
      ['*/0 * * * *', '0'],
      ['0 5-1 * * *', '5-1'],
      ['0 0 * * 8', '8'],
    ] as const) {
      test(expression, async ({ page, visit }) => {
        await visit('/tasks/new')
        await page.getByRole('textbox', { name: 'minute' }).fill(expression)
        await expect(page.getByRole('alert').filter({ hasText: reason })).toBeVisible()
        await expect(page.getByText('Shows once all of its schedule can be read.')).toBeVisible()
      })
    }
  })

  test('puts what only the host refuses under the field it names', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Refused', '--manual', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await page.route('**/api/tasks/*', (route) =>
      route.request().method() === 'PATCH'
        ? route.fulfill({
            status: 422,
            json: { code: 'INVALID', message: 'there is no such folder', field: 'action.cwd' },
          })
        : route.fallback(),
    )
    await page.getByLabel('Folder').fill('/nowhere')
    await page.getByRole('button', { name: 'Save as revision 2' }).click()
    await expect(page.getByLabel('Folder')).toHaveAttribute('aria-invalid', 'true')
    await expect(page.getByLabel('Folder')).toBeFocused()
    await expect(page.getByText('there is no such folder').first()).toBeVisible()
    await page.getByLabel('Folder').fill('/tmp')
    await expect(page.getByText('there is no such folder')).toHaveCount(0)
  })

  for (const [what, status, code, said] of [
    ['refused', 507, 'STORAGE', 'the disk is full'],
    ['overtaken by another', 409, 'CONFLICT', 'Somebody changed this task meanwhile'],
  ] as const) {
    test(`a save that is ${what} is told of readably, in light and dark`, async ({ page, host, visit }) => {
      const task = await addTask(host, `Told ${what}`, '--manual', '--command', 'true')
      await visit(`/tasks/${task.id}/edit`)
      await page.route('**/api/tasks/*', (route) =>
        route.request().method() === 'PATCH'
          ? route.fulfill({ status, json: { code, message: 'the disk is full', field: 'revision' } })
          : route.fallback(),
      )
      await page.getByLabel('Folder').fill('/tmp')
      await page.getByRole('button', { name: 'Save as revision 2' }).click()
      await expect(page.getByText(said)).toBeVisible()
      expect(await accessibilityProblems(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      await expect(page.locator('html')).toHaveClass(/dark/)
      expect(await accessibilityProblems(page)).toEqual([])
    })
  }
})

test.describe('the schedule builder', () => {
  test('goes both ways', async ({ page, visit }) => {
    await visit('/tasks/new')
    const words = page.getByTestId('words')
    await page.getByRole('button', { name: 'Sat' }).click()
    await page.getByRole('button', { name: 'Sun' }).click()
    await expect(page.getByRole('textbox', { name: 'weekday' })).toHaveValue('1-5')
    await page.getByRole('textbox', { name: 'minute' }).fill('30')
    await expect(page.getByLabel('Time of day')).toHaveValue('02:30')
    await page.getByRole('textbox', { name: 'minute' }).fill('*/10 8-17 * * *')
    await expect(page.getByRole('radio', { name: 'Minutes' })).toBeChecked()
    await expect(words).toContainText('Every 10 minutes')
    await page.getByRole('textbox', { name: 'weekday' }).fill('1#2')
    await expect(page.getByText('This expression says more than the buttons can show')).toBeVisible()
    await expect(words).toContainText('second Monday')
    await page.getByRole('radio', { name: 'Months' }).check({ force: true })
    await expect(page.getByRole('textbox', { name: 'day', exact: true })).toHaveValue('1')
  })

  test('makes a trigger of its own of a time with other minutes', async ({ page, visit }) => {
    await visit('/tasks/new')
    await page.getByRole('button', { name: 'Time', exact: true }).click()
    await page.getByLabel('Time of day').last().fill('14:45')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('words')).toHaveText(['At 02:00, every day', 'At 14:45, every day'])
  })

  test('begins a date with tomorrow as it is in the zone that was chosen', async ({ page, visit }) => {
    // In UTC the day has half an hour left; in Kolkata the next has begun.
    await page.clock.setFixedTime('2027-03-24T23:30:00Z')
    await visit('/tasks/new')
    const once = page.getByRole('radio', { name: 'Once' })
    const at = page.locator('[data-kind=date]').getByRole('textbox').first()
    await once.check({ force: true })
    await expect(at).toHaveValue('2027-03-25T09:00')
    await page.getByRole('radio', { name: 'Days', exact: true }).check({ force: true })
    await page.getByRole('button', { name: 'Time zone' }).click()
    await page.getByPlaceholder('Find a zone').fill('kolkata')
    await page
      .getByRole('option', { name: /Kolkata|Calcutta/ })
      .first()
      .click()
    await once.check({ force: true })
    await expect(at).toHaveValue('2027-03-26T09:00')
  })

  test('shows the instants in the zone that was chosen', async ({ page, visit }) => {
    await visit('/tasks/new')
    await expect(page.getByTestId('next').getByRole('listitem').first()).toContainText('02:00')
    await page.getByRole('button', { name: 'Time zone' }).click()
    await page.getByPlaceholder('Find a zone').fill('kolkata')
    await page
      .getByRole('option', { name: /Kolkata|Calcutta/ })
      .first()
      .click()
    await expect(page.getByTestId('next').getByRole('listitem').first()).toContainText('20:30')
  })
})

test.describe('a change', () => {
  test('is shown old against new, saved by Ctrl+S, and runs by it', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Changed', '--cron', '15 2 * * *', '--timeout', '2h', '--command', 'echo old')
    await visit(`/tasks/${task.id}/edit`)
    await page.getByLabel('Command', { exact: true }).fill('echo new')
    await page.getByLabel('Timeout').fill('1h 30m')
    const changes = page.getByTestId('changes')
    await expect(changes.locator('del')).toHaveText(['echo old', '2 h'])
    await expect(changes.locator('ins')).toHaveText(['echo new', '1 h 30 m'])
    await page.keyboard.press('Control+s')
    await expect(page).toHaveURL(new RegExp(`#/tasks/${task.id}$`))
    expect(await host.json(['show', task.id])).toMatchObject({
      revision: 2,
      action: { command: 'echo new' },
      policy: { timeout: 5_400_000 },
    })
  })

  test('is kept when one leaves, and comes back', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Draft', '--manual', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await page.getByLabel('Command', { exact: true }).fill('echo draft')
    await goTo(page, '/tasks')
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' })
    await dialog.getByRole('button', { name: 'Stay' }).click()
    await expect(page.getByLabel('Command', { exact: true })).toHaveValue('echo draft')
    await expect(page).toHaveURL(/edit$/)
    await expect
      .poll(() => page.evaluate((id) => localStorage.getItem(`belfry.draft.${id}`), task.id))
      .toContain('echo draft')
    await goTo(page, '/tasks')
    await dialog.getByRole('button', { name: 'Leave' }).click()
    await expect(page).toHaveURL(/#\/tasks$/)
    await goTo(page, `/tasks/${task.id}/edit`)
    await expect(page.getByText('Your unsaved draft is back')).toBeVisible()
    await expect(page.getByLabel('Command', { exact: true })).toHaveValue('echo draft')
    await page.getByRole('button', { name: 'Discard' }).first().click()
    await expect(page.getByLabel('Command', { exact: true })).toHaveValue('true')
  })

  test('that meets somebody else’s is not lost and loses nothing', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Contended', '--manual', '--timeout', '1h', '--command', 'echo mine?')
    await visit(`/tasks/${task.id}/edit`)
    await page.getByLabel('Command', { exact: true }).fill('echo mine')
    await host.belfry(['edit', task.id, '--timeout', '3h'])
    await expect(page.getByText('Somebody changed this task meanwhile')).toBeVisible()
    await page.getByRole('button', { name: 'Save as revision' }).click()
    expect(await host.json<Shown>(['show', task.id])).toMatchObject({ revision: 2, action: { command: 'echo mine?' } })
    await page.getByRole('button', { name: 'Reload' }).click()
    await expect(page.getByLabel('Timeout')).toHaveValue('3h')
    await expect(page.getByLabel('Command', { exact: true })).toHaveValue('echo mine?')
    await page.getByLabel('Command', { exact: true }).fill('echo mine')
    await page.getByRole('button', { name: 'Save as revision 3' }).click()
    await expect(page.getByTestId('task-state')).toBeVisible()
    expect(await host.json(['show', task.id])).toMatchObject({
      revision: 3,
      action: { command: 'echo mine' },
      policy: { timeout: 10_800_000 },
    })
  })

  test('that meets somebody else’s leaves the tasks to the events that tell of them', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Mirrored', '--manual', '--command', 'true')
    await visit(`/tasks/${task.id}/edit`)
    await page.getByLabel('Command', { exact: true }).fill('echo mine')
    await page.route(`**/api/tasks/${task.id}`, (route) =>
      route.fulfill({ status: 409, json: { code: 'CONFLICT', message: 'it is at revision 2 by now' } }),
    )
    const listed: string[] = []
    page.on('request', (request) => {
      if (/\/api\/tasks(\?|$)/.test(request.url())) listed.push(request.url())
    })
    await page.getByRole('button', { name: 'Save as revision 2' }).click()
    await expect(page.getByText('Somebody changed this task meanwhile')).toBeVisible()
    expect(listed).toEqual([])
  })

  test('of an argument list stays one', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Argv', '--manual', '--', 'printf', '%s\n', 'two words')
    await visit(`/tasks/${task.id}/edit`)
    await expect(page.getByLabel('Program', { exact: true })).toHaveValue('printf')
    await page.getByLabel('Argument 2').fill('three more words')
    await page.getByRole('button', { name: 'Save as revision 2' }).click()
    await expect(page.getByTestId('task-state')).toBeVisible()
    expect(await host.json(['show', task.id])).toMatchObject({
      action: { command: ['printf', '%s\n', 'three more words'] },
    })
  })
})
