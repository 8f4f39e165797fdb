import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { accessibilityProblems, addTask, expect, goTo, startRun, test } from '../support/shared-host-page'

/** A command that says something, then waits until the file is there. */
const waiting = (before: string, file: string, after: string): string =>
  `${before}; while [ ! -e '${file}' ]; do sleep 0.05; done; ${after}`

test.describe('a run that goes on', () => {
  test('shows its lines and its progress as they come, and its result at the end', async ({ page, host, visit }) => {
    const go = path.join(host.home, 'go-live')
    const task = await addTask(
      host,
      'Live',
      '--manual',
      '--command',
      waiting('echo first; echo "::progress 40/100 copying"', go, `echo last; echo '::result {"copied": 3}'`),
    )
    const run = await startRun(host, task)
    await visit(`/runs/${run.id}`)

    await expect(page.getByTestId('run-state')).toHaveText('Running')
    await expect(page.locator('[data-line]', { hasText: 'first' })).toBeVisible()
    await expect(page.getByTestId('percent')).toHaveText('40 %')
    await expect(page.getByTestId('progress-message')).toHaveText('copying')
    await expect(page.getByRole('progressbar', { name: /^Progress of Live/ })).toHaveAttribute('aria-valuenow', '40')
    await expect(page.getByTestId('log-state')).toHaveText('Live')

    await writeFile(go, '')
    await expect(page.getByTestId('run-state')).toHaveText('Succeeded')
    await expect(page.locator('[data-line]', { hasText: 'last' })).toBeVisible()
    await expect(page.getByTestId('result')).toContainText('"copied": 3')
    await expect(page.getByTestId('log-state')).toHaveText('Ended')
    await rm(go)
  })

  test('is cancelled only after a question that names its process', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Cancel me', '--manual', '--kill-grace', '2s', '--command', 'echo begun; sleep 60')
    const run = await startRun(host, task)
    await visit(`/runs/${run.id}`)
    await expect(page.locator('[data-line]', { hasText: 'begun' })).toBeVisible()

    await page.getByRole('button', { name: 'Cancel run' }).click()
    const dialog = page.getByRole('dialog', { name: `Cancel ${task.name}?` })
    const { process } = await host.json<{ process: { pid: number } }>(['show', run.id])
    await expect(dialog).toContainText(`PID ${process.pid}`)
    await dialog.getByRole('button', { name: 'Let it run' }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByTestId('run-state')).toHaveText('Running')

    await page.getByRole('button', { name: 'Cancel run' }).click()
    await dialog.getByRole('button', { name: 'Cancel run' }).click()
    await expect(page.getByTestId('run-state')).toHaveText('Cancelled')
    await expect(page.getByRole('complementary', { name: 'Details' })).toContainText('Ended bycancel')
  })

  test('stops following when one scrolls up, and goes on at the end', async ({ page, host, visit }) => {
    const go = path.join(host.home, 'go-follow')
    const task = await addTask(
      host,
      'Follow',
      '--manual',
      '--command',
      waiting('seq 1 400', go, 'seq 401 440; echo the very end; sleep 60'),
    )
    const run = await startRun(host, task)
    await visit(`/runs/${run.id}`)
    const follow = page.getByRole('switch', { name: 'Follow' })
    await expect(page.locator('[data-line="401"]')).toBeVisible()
    await expect(follow).toBeChecked()

    await page.getByRole('log').hover()
    await page.mouse.wheel(0, -4000)
    await expect(follow).not.toBeChecked()
    await writeFile(go, '')
    await expect(page.getByText('442 lines')).toBeVisible()
    await expect(page.locator('[data-line="442"]')).toHaveCount(0)

    await page.getByRole('log').focus()
    await page.keyboard.press('End')
    await expect(page.locator('[data-line]', { hasText: 'the very end' })).toBeInViewport()
    await expect(follow).toBeChecked()
    await host.belfry(['cancel', run.id])
    await rm(go)
  })
})

test.describe('a run that failed', () => {
  test('says why: exit code, last words on standard error, and the line in the log', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Broken', '--manual', '--command', 'echo fine; echo "disk is full" >&2; exit 3')
    const run = await startRun(host, task)
    await visit(`/runs/${run.id}`)
    await expect(page.getByTestId('run-state')).toHaveText('Failed')
    await expect(page.getByTestId('run-error')).toHaveText('disk is full')
    await expect(page.getByTestId('exit-code')).toHaveText('3')
    await expect(page.getByTestId('stderr-tail')).toHaveText('disk is full')
    await expect(page.locator('[data-severity="error"]', { hasText: 'disk is full' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Cancel run' })).toHaveCount(0)
    expect(await accessibilityProblems(page)).toEqual([])
  })

  test('can be run again from there', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Again', '--manual', '--command', 'exit 1')
    const run = await startRun(host, task)
    await visit(`/runs/${run.id}`)
    await page.getByRole('button', { name: 'Run again' }).click()
    await expect(page.getByRole('heading', { name: 'Run #2' })).toBeVisible()
    await expect(page.getByTestId('run-state')).toHaveText('Failed')
  })
})

test.describe('a log', () => {
  test('is searched as one types, step by step, with every place marked', async ({ page, host, visit }) => {
    const task = await addTask(
      host,
      'Search',
      '--manual',
      '--command',
      'seq 1 200; echo "a needle, a Needle"; seq 201 400; echo "the last needle" >&2',
    )
    const run = await startRun(host, task)
    await visit(`/runs/${run.id}`)
    await expect(page.getByTestId('run-state')).toHaveText('Succeeded')
    await page.getByRole('log').focus()
    await page.keyboard.press('/')
    await page.keyboard.type('needle')
    await expect(page.getByTestId('matches')).toHaveText(/ of 3$/)
    await page.keyboard.press('Escape')
    await page.keyboard.type('Needle')
    await expect(page.getByTestId('matches')).toHaveText('1 of 1')
    await expect(page.locator('mark.log-match-current')).toHaveText('Needle')
    await expect(page.locator('mark.log-match-current')).toBeInViewport()
    await page.getByLabel('Search the log').fill('needle')
    await expect(page.getByTestId('matches')).toHaveText(/ of 3$/)
    const before = await page.getByTestId('matches').textContent()
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('matches')).not.toHaveText(before ?? '')
    await expect(page.locator('mark.log-match-current')).toBeInViewport()
    await page.getByLabel('Search the log').fill('nowhere')
    await expect(page.getByTestId('matches')).toHaveText('no match')
  })

  test('is narrowed to one stream, and jumps to the first error', async ({ page, host, visit }) => {
    const task = await addTask(
      host,
      'Streams',
      '--manual',
      '--command',
      'seq 1 300; echo "went wrong" >&2; sleep 0.1; seq 301 900',
    )
    const run = await startRun(host, task)
    await visit(`/runs/${run.id}`)
    await expect(page.getByTestId('run-state')).toHaveText('Succeeded')
    await expect(page.locator('[data-severity="error"]')).toHaveCount(0)
    await page.getByRole('button', { name: 'First error' }).click()
    await expect(page.locator('[data-severity="error"]', { hasText: 'went wrong' })).toBeInViewport()
    await page.getByRole('combobox', { name: 'Streams' }).click()
    await page.getByRole('option', { name: 'Standard error' }).click()
    await expect(page.locator('[data-line]', { hasText: 'went wrong' })).toBeVisible()
    // Belfry's own first and last line stay.
    await expect(page.locator('[data-line]')).toHaveCount(3)
  })

  test('of 100,000 lines draws a screenful, and fetches what one scrolls to', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Long', '--manual', '--command', 'seq 1 100000')
    await host.belfry(['run', task.id, '--wait', '--json'], { limitMs: 60_000 })
    const { items } = await host.json<{ items: { id: string }[] }>(['runs', '--task', task.id])
    await visit(`/runs/${items[0]?.id}`)
    await expect(page.locator('[data-line="100002"]')).toBeInViewport()
    expect(await page.locator('[data-line]').count()).toBeLessThan(120)
    await page.getByRole('log').evaluate((element) => (element.scrollTop = 0))
    await expect(page.locator('[data-line="2"]')).toContainText('1')
    await page.getByRole('log').evaluate((element) => (element.scrollTop = element.scrollHeight / 2))
    await expect(page.locator('[data-line="50000"]')).toContainText('49999')
    expect(await page.locator('[data-line]').count()).toBeLessThan(120)
  })

  test.describe('that cannot be read on', () => {
    const lines = 6000

    test('says so of the first error, the download and the search, and reads on when asked', async ({
      page,
      host,
      visit,
    }) => {
      const task = await addTask(host, 'Unread', '--manual', '--command', `echo needle; seq 1 ${lines}; echo oops >&2`)
      await host.belfry(['run', task.id, '--wait', '--json'], { limitMs: 60_000 })
      const { items } = await host.json<{ items: { id: string }[] }>(['runs', '--task', task.id])
      await visit(`/runs/${items[0]?.id}`)
      await expect(page.getByTestId('log-state')).toHaveText('Ended')
      await page.route('**/api/runs/*/log?*', (route) =>
        route.fulfill({ status: 507, json: { code: 'STORAGE', message: 'the disk does not answer' } }),
      )
      await page.getByRole('button', { name: 'First error' }).click()
      await expect(page.getByText('The first error was not found', { exact: true })).toBeVisible()
      await page.getByRole('button', { name: 'Download the log' }).click()
      await expect(page.getByText('The log was not downloaded', { exact: true })).toBeVisible()

      await page.getByLabel('Search the log').fill('needle')
      await expect(page.getByTestId('matches')).toHaveText('not searched')
      const alert = page.getByRole('alert').filter({ hasText: 'Not all of the log could be read' })
      await expect(alert).toContainText('the disk does not answer')
      expect(await accessibilityProblems(page)).toEqual([])
      await page.unroute('**/api/runs/*/log?*')
      await alert.getByRole('button', { name: 'Try again' }).click()
      await expect(page.getByTestId('matches')).toHaveText('1 of 1')
      await expect(alert).toBeHidden()

      const download = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Download the log' }).click()
      const text = await readFile(await (await download).path(), 'utf8')
      expect(text.split('\n').filter((line) => line !== '')).toHaveLength(lines + 4)
    })

    test('is no longer downloaded once its page is left', async ({ page, host, visit }) => {
      const task = await addTask(host, 'Left', '--manual', '--command', `seq 1 ${lines}`)
      await host.belfry(['run', task.id, '--wait', '--json'], { limitMs: 60_000 })
      const { items } = await host.json<{ items: { id: string }[] }>(['runs', '--task', task.id])
      await visit(`/runs/${items[0]?.id}`)
      await expect(page.getByTestId('log-state')).toHaveText('Ended')
      // Never answered.
      await page.route('**/api/runs/*/log?*', () => undefined)
      const asked = page.waitForRequest(/\/log\?/)
      await page.getByRole('button', { name: 'Download the log' }).click()
      await asked
      const givenUp = page.waitForEvent('requestfailed', (request) => request.url().includes('/log?'))
      await goTo(page, '/settings')
      await givenUp
    })
  })

  test('keeps the colours of a terminal, in light and dark', async ({ page, host, visit }) => {
    const task = await addTask(
      host,
      'Colours',
      '--manual',
      '--command',
      String.raw`printf '\033[32mok\033[0m plain \033[1;31mbad\033[0m\n'`,
    )
    const run = await startRun(host, task)
    await visit(`/runs/${run.id}`)
    await expect(page.locator('.ansi-green-fg')).toHaveText('ok')
    await expect(page.locator('.ansi-red-fg.ansi-bold')).toHaveText('bad')
    expect(await accessibilityProblems(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect(page.locator('html')).toHaveClass(/dark/)
    expect(await accessibilityProblems(page)).toEqual([])
  })
})

test('a run that does not exist is said to be none', async ({ page, visit }) => {
  await visit('/runs/01NOSUCHRUN')
  await expect(page.getByText('There is no such run')).toBeVisible()
  await page.getByRole('link', { name: 'All runs' }).click()
  await expect(page).toHaveURL(/#\/runs$/)
})
