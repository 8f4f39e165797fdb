/** What was missed, skipped and asked about, through the page. */
import { appendFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Page } from 'playwright/test'
import type { LedgerEntry, OccurrenceRecord } from '@shared/model/occurrence'
import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'
import { removeFolder, startHost, temporaryFolder, type TestHost } from '../support/host'
import { makeRun } from '../support/make-run'
import { accessibilityProblems, goTo, watchForComplaints } from '../support/own-host-page'

const hour = 3_600_000
const env = { TZ: 'UTC' }

interface Fate {
  readonly task: string
  readonly state: OccurrenceRecord['state']
  readonly reason: NonNullable<LedgerEntry['reason']>
  /** Hours before the last full hour. */
  readonly from: number
  readonly until: number
  readonly count: number
}

/** Opens the page of a host whose tasks (once an hour, unless told) have had these fates. */
async function withFates(
  page: Page,
  tasks: Readonly<Record<string, readonly string[]>>,
  fates: readonly Fate[],
  act: (host: TestHost, ids: Readonly<Record<string, string>>) => Promise<void>,
  /** Of the first task. */
  runs: readonly Partial<Run>[] = [],
): Promise<void> {
  const home = await temporaryFolder()
  let host = await startHost({ home, env })
  try {
    const ids: Record<string, string> = {}
    for (const [name, args] of Object.entries(tasks)) {
      const when = args.includes('--cron') ? [] : ['--cron', '0 * * * *']
      ids[name] = (await host.json<TaskView>(['add', '--name', name, ...when, ...args])).id
    }
    await host.stop()
    const [first = ''] = Object.keys(tasks)
    const about = { taskId: ids[first] ?? '', taskName: first, triggeredBy: 'cron' } as const
    await write(
      home,
      fates.map((fate, index) => record(fate, ids[fate.task] ?? '', index)),
      runs.map((run, index) => makeRun({ id: `run-${index + 1}`, number: index + 1, ...about, ...run })),
    )
    host = await startHost({ home, env })
    await page.goto(host.url)
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    await watchForComplaints(page, () => act(host, ids))
  } finally {
    await host.stop()
    await removeFolder(home)
  }
}

const lastHour = (): number => Math.floor(Date.now() / hour) * hour
const hoursAgo = (hours: number): string => new Date(lastHour() - hours * hour).toISOString()

function record({ state, reason, from, until, count }: Fate, taskId: string, index: number) {
  const range = { from: hoursAgo(from), until: hoursAgo(until), count, epoch: 0, runId: null, event: null }
  return { id: `fate-${index}`, taskId, state, reason, ...range, recordedAt: hoursAgo(until) }
}

/** Straight into the journal, as one repairs it by hand: a line needs no checksum. */
async function write(home: string, occurrences: readonly { from: string }[], runs: readonly Run[]): Promise<void> {
  await append(
    path.join(home, 'occurrences'),
    occurrences.map((occurrence) => [occurrence.from, { kind: 'occurrence', occurrence }]),
  )
  await append(
    path.join(home, 'runs'),
    runs.map((run) => [run.createdAt, { kind: 'run', run }]),
  )
}

/** Into the segment of each record's month. */
async function append(folder: string, records: readonly (readonly [at: string, record: object])[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [at, value] of records)
    await appendFile(path.join(folder, `${at.slice(0, 7)}.jsonl`), `${JSON.stringify({ v: value })}\n`)
}

const missed = (task: string, count = 3): Fate => {
  return { task, state: 'missed', reason: 'asleep', from: 3 + count, until: 4, count }
}
const attention = (page: Page) => page.getByRole('region', { name: 'Needs attention' })
const row = (page: Page, name: string) => attention(page).getByRole('listitem').filter({ hasText: name })
const onMissed = async (host: TestHost, id: string): Promise<string> =>
  (await host.json<TaskView>(['show', id])).policy.onMissed

test.describe('what was missed', () => {
  test('is told with its reason, run now or skipped, and then needs nobody', async ({ page }) => {
    const tasks = { Statements: ['--command', 'echo statements'], Invoices: ['--command', 'true'] }
    await withFates(page, tasks, [missed('Statements'), missed('Invoices', 1)], async (host, ids) => {
      await expect(page.getByRole('heading', { name: 'Two things need you' })).toBeVisible()
      await expect(page.getByRole('link', { name: /^Today/ })).toContainText('2 things need you')
      await expect(row(page, 'Statements')).toContainText(/missed 3, last .*\d\d:00/)
      await expect(row(page, 'Statements')).toContainText('The machine was asleep, for longer than the 1 h of grace')
      await expect(row(page, 'Invoices')).toContainText(/missed \D*\d\d:00/)
      expect(await accessibilityProblems(page)).toEqual([])

      await row(page, 'Statements').getByRole('button', { name: 'Run now' }).click()
      await expect(page.getByText('Statements started', { exact: true })).toBeVisible()
      await expect(row(page, 'Statements')).toHaveCount(0)
      const { items } = await host.json<{ items: object[] }>(['runs', '--task', ids['Statements'] ?? ''])
      expect(items).toMatchObject([{ triggeredBy: 'manual' }])

      await row(page, 'Invoices').getByRole('button', { name: 'Skip' }).click()
      await expect(page.getByText('Skipped what Invoices missed', { exact: true })).toBeVisible()
      await expect(page.getByRole('heading', { name: 'All quiet' })).toBeVisible()
      await expect.poll(() => host.json(['runs', '--task', ids['Invoices'] ?? ''])).toMatchObject({ items: [] })
      expect(await onMissed(host, ids['Invoices'] ?? '')).toBe('ask')
    })
  })

  test('is remembered as a rule of the task, which undo and the settings take back', async ({ page }) => {
    const tasks = { Statements: ['--command', 'true'], Invoices: ['--command', 'true'] }
    await withFates(page, tasks, [missed('Statements'), missed('Invoices')], async (host, ids) => {
      const { Statements = '', Invoices = '' } = ids
      await page.getByRole('button', { name: 'More for Statements' }).click()
      await page.getByRole('menuitem', { name: 'Always skip what it misses' }).click()
      await expect.poll(() => onMissed(host, Statements)).toBe('skip')
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect.poll(() => onMissed(host, Statements)).toBe('ask')
      await expect(row(page, 'Statements')).toHaveCount(0)

      await page.getByRole('button', { name: 'More for Invoices' }).click()
      await page.getByRole('menuitem', { name: 'Always run what it misses' }).click()
      await expect.poll(() => onMissed(host, Invoices)).toBe('run')
      await goTo(page, '/settings')
      const catchingUp = page.getByRole('region', { name: 'Catching up' })
      await expect(catchingUp).toContainText('runs what it missed')
      await catchingUp.getByRole('button', { name: 'Ask again about Invoices' }).click()
      await expect.poll(() => onMissed(host, Invoices)).toBe('ask')
      await expect(catchingUp).toContainText('None: Today asks each time.')
    })
  })

  test('stays to be decided when the host refuses', async ({ page }) => {
    await withFates(page, { Statements: ['--command', 'true'] }, [missed('Statements')], async () => {
      await page.route('**/api/inbox/*', (route) =>
        route.fulfill({ status: 507, json: { code: 'STORAGE', message: 'the disk is full' } }),
      )
      await row(page, 'Statements').getByRole('button', { name: 'Skip' }).click()
      await expect(page.getByText('What Statements missed was not settled', { exact: true })).toBeVisible()
      await expect(page.getByText('the disk is full', { exact: true })).toBeVisible()
      await expect(row(page, 'Statements')).toBeVisible()
    })
  })

  test('is a ring on the timeline, that leads to the ledger', async ({ page }) => {
    await withFates(page, { Statements: ['--command', 'true'] }, [missed('Statements')], async () => {
      const timeline = page.getByRole('region', { name: 'Timeline' })
      await expect(timeline.getByRole('img', { name: /^Statements: .*missed 3/ })).toBeVisible()
      await timeline.locator('[data-missed]').click()
      await expect(page.getByTestId('ledger').getByRole('listitem').first()).toContainText('Missed')
    })
  })
})

test.describe('the ledger', () => {
  test('accounts for every occurrence, with its reason, range and run; and answers why in a sentence', async ({
    page,
  }) => {
    const fates: readonly Fate[] = [
      { task: 'Backup', state: 'missed', reason: 'not_running', from: 30, until: 28, count: 3 },
      { task: 'Backup', state: 'skipped', reason: 'skip_next', from: 27, until: 27, count: 1 },
      { task: 'Backup', state: 'paused', reason: 'task', from: 20, until: 11, count: 10 },
    ]
    await withFates(page, { Backup: ['--command', 'true'] }, fates, async (host, { Backup = '' }) => {
      await goTo(page, `/tasks/${Backup}`)
      await page.getByRole('tab', { name: 'Ledger' }).click()
      const rows = page.getByTestId('ledger').getByRole('listitem')
      const paused = rows.filter({ hasText: '10 times' })
      await expect(paused).toContainText('Paused')
      await expect(paused).toContainText('it was paused')
      await expect(rows.filter({ hasText: 'Skipped' })).toContainText('somebody asked to skip it')
      await expect(rows.last()).toContainText(/Missed.*3 times.*Belfry was not running/)
      expect(await accessibilityProblems(page)).toEqual([])

      const answer = page.getByTestId('why')
      await rows
        .last()
        .getByRole('button', { name: /^Why, / })
        .click()
      await expect(answer).toContainText(/“Backup” missed .*Belfry was not running/)
      await page.getByLabel('Why did it not run at').fill('2020-01-01T00:00')
      await page.getByRole('button', { name: 'Ask' }).click()
      await expect(answer).toContainText('“Backup” had nothing due at 2020-01-01 00:00:00')
      expect(await accessibilityProblems(page)).toEqual([])

      await page.getByRole('combobox', { name: 'Time' }).click()
      await page.getByRole('option', { name: 'Last 24 hours' }).click()
      await expect(rows.filter({ hasText: 'Missed' })).toHaveCount(0)
      await expect(paused).toBeVisible()

      await page.getByRole('button', { name: 'Run now' }).click()
      await expect
        .poll(async () => (await host.json<{ items: object[] }>(['runs', '--task', Backup])).items.length)
        .toBe(1)
      await expect(paused).toBeVisible()
    })
  })

  test('of thousands is read on as one goes down', async ({ page }) => {
    // Each other: neighbours of one fate would be one range.
    const fates = Array.from({ length: 130 }, (_, index): Fate => {
      const from = 140 - index
      const fate = index % 2 === 0 ? { state: 'missed', reason: 'asleep' } : { state: 'skipped', reason: 'overlap' }
      return { task: 'Hourly', from, until: from, count: 1, ...fate } as Fate
    })
    await withFates(page, { Hourly: ['--command', 'true'] }, fates, async (_host, { Hourly = '' }) => {
      await goTo(page, `/tasks/${Hourly}?tab=ledger`)
      const rows = page.getByTestId('ledger').getByRole('listitem')
      await expect(rows).toHaveCount(50)
      await rows.last().scrollIntoViewIfNeeded()
      await page.mouse.wheel(0, 5000)
      await expect(rows).toHaveCount(100)
    })
  })

  test('says so when it cannot be read, and reads it when asked again', async ({ page }) => {
    await withFates(page, { Hourly: ['--command', 'true'] }, [missed('Hourly')], async (_host, { Hourly = '' }) => {
      await page.route('**/ledger?*', (route) =>
        route.fulfill({ status: 507, json: { code: 'STORAGE', message: 'the disk does not answer' } }),
      )
      await goTo(page, `/tasks/${Hourly}?tab=ledger`)
      await expect(page.getByText('The ledger could not be read')).toBeVisible()
      await expect(page.getByText('the disk does not answer')).toBeVisible()
      await page.unrouteAll()
      await page.getByRole('button', { name: 'Try again' }).click()
      await expect(page.getByTestId('ledger')).toContainText('Missed')
    })
  })
})

test.describe('a run', () => {
  const late: Partial<Run> = {
    createdAt: hoursAgo(5),
    scheduledAt: hoursAgo(7),
    folded: 9,
    foldedFrom: hoursAgo(16),
    late: { ms: 2 * hour, reason: 'asleep' },
    triggeredBy: 'cron',
  }
  const expired: Partial<Run> = {
    createdAt: hoursAgo(3),
    scheduledAt: hoursAgo(3),
    status: 'expired',
    startedAt: null,
    finishedAt: hoursAgo(2),
    durationMs: null,
    exitCode: null,
    error: { code: 'EXPIRED', message: 'it waited longer than 1h' },
    ending: 'expire',
  }

  test('says how late it was and why, what it stands for, and that it never started', async ({ page }) => {
    const act = async (): Promise<void> => {
      await goTo(page, '/runs')
      const rows = page.locator('[data-run]')
      await expect(rows.filter({ hasText: 'Succeeded' })).toContainText('2 h late · stands for 9 more')
      await expect(rows.filter({ hasText: 'Expired' })).toContainText('it waited longer than 1h')
      expect(await accessibilityProblems(page)).toEqual([])
      await goTo(page, '/runs/run-1')
      const details = page.getByRole('complementary', { name: 'Details' })
      await expect(details.getByTestId('late')).toHaveText('2 h 00 m: the machine was asleep')
      await expect(details.getByTestId('folded')).toContainText('9 earlier occurrences, since')
      await goTo(page, '/runs/run-2')
      await expect(page.getByTestId('run-state')).toHaveText('Expired')
      await expect(details).toContainText('waiting too long')
      expect(await accessibilityProblems(page)).toEqual([])
    }
    await withFates(page, { Late: ['--command', 'true'] }, [], act, [late, expired])
  })

  test('that is queued says what it waits for', async ({ page }) => {
    const tasks = { First: ['--command', 'sleep 60'], Second: ['--command', 'true'] }
    await withFates(page, tasks, [], async (host, { First = '', Second = '' }) => {
      await goTo(page, '/settings')
      const field = page.getByRole('spinbutton', { name: 'Runs at once', exact: true })
      await field.fill('1')
      await field.press('Enter')
      await expect(page.getByText('0 of 1 slots')).toBeVisible()
      await host.json(['run', First])
      const { id } = await host.json<Run>(['run', Second])
      await goTo(page, `/runs/${id}`)
      await expect(page.getByTestId('waiting')).toHaveText('waits for the one slot')
      await goTo(page, '/runs')
      await expect(page.locator('[data-run]').filter({ hasText: 'Queued' })).toContainText('waits for the one slot')
      await host.belfry(['cancel', First])
      await expect(page.locator('[data-run]').filter({ hasText: 'Queued' })).toHaveCount(0)
    })
  })
})
