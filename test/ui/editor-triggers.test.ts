import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { choose, save } from '../support/editor-page'
import { removeFolder, temporaryFolder } from '../support/host'
import { test as withOwnHost } from '../support/own-host-page'
import { accessibilityProblems, addTask, expect, test } from '../support/shared-host-page'

interface Shown {
  readonly triggers: readonly object[]
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

  // Of a host of its own: it looks at all the tasks that there are.
  withOwnHost('other tasks picks them by name, never itself', async ({ host, open }) => {
    const first = await addTask(host, 'Dump', '--manual', '--command', 'true')
    const task = await addTask(host, 'Copy off', '--cron', '15 2 * * *', '--command', 'true')
    const page = await open(`/tasks/${task.id}/edit`)
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
