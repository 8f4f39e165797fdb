import type { Page } from 'playwright/test'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startHost, removeFolder, temporaryFolder } from '../support/host'
import { expect, goTo, test } from '../support/own-host-page'

const running = (page: Page) => page.getByRole('region', { name: 'Running now' })
const attention = (page: Page) => page.getByRole('region', { name: 'Needs attention' })

test.describe('a first start', () => {
  test('offers three ways in, and the samples fill the page', async ({ open }) => {
    const page = await open()
    await expect(page.getByRole('heading', { name: 'No tasks yet' })).toBeVisible()
    await expect(page.getByRole('button', { name: /Import what is here/ })).toBeVisible()
    await expect(page.getByRole('button', { name: /Make one/ })).toBeVisible()

    await page.getByRole('button', { name: /Load sample tasks/ }).click()
    await expect(page.getByRole('region', { name: 'Timeline' })).toBeVisible()
    await expect(page.getByRole('link', { name: /^Tasks/ })).toContainText('6')
  })

  test('"Make one" opens the editor', async ({ open }) => {
    const page = await open()
    await page.getByRole('button', { name: /Make one/ }).click()
    await expect(page).toHaveURL(/#\/tasks\/new$/)
  })
})

test.describe('what runs now', () => {
  test('shows its progress as it comes, and is cancelled after a question', async ({ host, open }) => {
    await host.json([
      'add',
      '--name',
      'Copy',
      '--command',
      'for i in $(seq 1 600); do echo "::progress $i/600 file $i"; sleep 0.2; done',
    ])
    const page = await open()
    await expect(page.getByRole('heading', { name: 'All quiet' })).toBeVisible()
    await host.belfry(['run', 'Copy'])

    const bar = running(page).getByRole('progressbar', { name: 'Progress of Copy' })
    await expect(bar).toBeVisible()
    await expect(running(page)).toContainText(/file \d+/)
    const before = await running(page).textContent()
    await expect(running(page)).not.toHaveText(before ?? '')

    await running(page).getByRole('button', { name: 'Cancel Copy' }).click()
    const question = page.getByRole('dialog', { name: 'Cancel Copy?' })
    await question.getByRole('button', { name: 'Let it run' }).click()
    await expect(question).toBeHidden()
    await running(page).getByRole('button', { name: 'Cancel Copy' }).click()
    await question.getByRole('button', { name: 'Cancel run' }).click()
    await expect(running(page)).toContainText('Nothing is running.')
    const { items } = await host.json<{ items: { status: string }[] }>(['runs', '--task', 'Copy'])
    expect(items.map((run) => run.status)).toEqual(['cancelled'])
  })
})

test.describe('what needs someone', () => {
  test('a failure is counted and explained, Retry runs it again, and Acknowledge takes it away', async ({
    host,
    open,
  }) => {
    await host.json(['add', '--name', 'Mirror', '--command', 'echo "connection closed" >&2; exit 3'])
    await host.belfry(['run', 'Mirror', '--wait'])
    const page = await open()
    await expect(page.getByRole('heading', { name: 'One thing needs you' })).toBeVisible()
    await expect(page.getByRole('link', { name: /^Today/ })).toContainText('one thing needs you')
    await expect(attention(page)).toContainText('connection closed')

    await attention(page).getByRole('button', { name: 'Retry' }).click()
    await expect(attention(page)).toContainText('2 failures in a row')

    await attention(page).getByRole('button', { name: 'More for Mirror' }).click()
    await page.getByRole('menuitem', { name: 'Acknowledge' }).click()
    await expect(page.getByRole('heading', { name: 'All quiet' })).toBeVisible()
    await expect(attention(page)).toContainText('Nothing needs you')
  })

  test('a failure is what is told of a task whose later run was cancelled, and keeps its place', async ({
    host,
    open,
  }) => {
    const file = path.join(host.home, 'stay')
    const command = `if [ -e '${file}' ]; then sleep 60; fi; echo "connection closed" >&2; exit 3`
    await host.json(['add', '--name', 'Earlier', '--command', command])
    await host.json(['add', '--name', 'Later', '--command', 'exit 4'])
    for (const name of ['Earlier', 'Later']) await host.belfry(['run', name, '--wait'])
    await writeFile(file, '')
    const page = await open()
    await host.belfry(['run', 'Earlier'])
    await host.belfry(['cancel', 'Earlier'])
    await expect
      .poll(async () => (await host.json<{ recent: { status: string }[] }>(['show', 'Earlier'])).recent.at(-1)?.status)
      .toBe('cancelled')
    await expect(page.getByRole('button', { name: 'Cancel Earlier' })).toBeHidden()
    const rows = attention(page).getByRole('listitem')
    await expect(rows).toHaveText([/Later/, /Earlier.*connection closed/])
    await expect(rows.nth(1).getByRole('img', { name: 'Failed' })).toBeVisible()
    const { items } = await host.json<{ items: { id: string; status: string }[] }>(['runs', '--task', 'Earlier'])
    const broken = items.find(({ status }) => status === 'failed')
    await rows.nth(1).getByRole('link', { name: 'connection closed' }).click()
    await expect(page).toHaveURL(new RegExp(`#/runs/${broken?.id}$`))
  })

  test('a quarantined file is told with what became of it, until it is dismissed', async ({ page }) => {
    const home = await temporaryFolder()
    await writeFile(path.join(home, 'tasks.json'), '{"cut off', { mode: 0o600 })
    const host = await startHost({ home })
    try {
      await page.goto(host.url)
      await expect(attention(page)).toContainText('tasks.json')
      await attention(page).getByRole('button', { name: 'Dismiss' }).click()
      await expect(page.getByRole('heading', { name: 'All quiet' })).toBeVisible()
    } finally {
      await host.stop()
      await removeFolder(home)
    }
  })
})

test.describe('the timeline', () => {
  test('has a lane for what is planned and for what ran; a click on a run opens it', async ({ host, open }) => {
    const inSixHours = new Date(Date.now() + 6 * 3_600_000).getUTCHours()
    await host.json(['add', '--name', 'Daily', '--command', 'true', '--cron', `0 ${inSixHours} * * *`])
    await host.json(['add', '--name', 'By hand', '--command', 'sleep 0.1'])
    await host.json(['add', '--name', 'Idle', '--command', 'true'])
    await host.belfry(['run', 'By hand', '--wait'])
    const page = await open()
    const timeline = page.getByRole('region', { name: 'Timeline' })
    await expect(timeline.getByRole('img', { name: /^Daily: no runs, 1 planned/ })).toBeVisible()
    await expect(timeline.getByRole('img', { name: /^By hand: one run, 0 planned/ })).toBeVisible()
    await expect(timeline.getByText('Idle')).toHaveCount(0)

    await timeline.locator('[data-run]').click()
    await expect(page).toHaveURL(/#\/runs\/\w+$/)
  })

  test('zooms by button, key and wheel, moves by key and drag, and 0 goes back to now', async ({ host, open }) => {
    await host.json(['add', '--name', 'Hourly', '--command', 'true', '--cron', '0 * * * *'])
    const page = await open()
    const timeline = page.getByRole('region', { name: 'Timeline' })
    await expect(timeline).toContainText('12 h back, 12 h ahead')
    await timeline.getByRole('button', { name: 'Show less time' }).click()
    await expect(timeline).toContainText('6 h back, 6 h ahead')

    const area = timeline.getByRole('group')
    await area.focus()
    await page.keyboard.press('-')
    await expect(timeline).toContainText('12 h back, 12 h ahead')
    await page.keyboard.press('ArrowLeft')
    await expect(timeline).toContainText('15 h back, 9 h ahead')
    await page.keyboard.press('0')
    await expect(timeline).toContainText('12 h back, 12 h ahead')

    const lane = timeline.getByRole('img', { name: /^Hourly/ })
    const box = await lane.boundingBox()
    if (!box) throw new Error('the lane has no place')
    await page.mouse.move(box.x + box.width / 2, box.y + 12)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 4, box.y + 12, { steps: 5 })
    await page.mouse.up()
    await expect(timeline).toContainText('6 h back, 18 h ahead')
    await page.mouse.wheel(0, -300)
    await expect(timeline).not.toContainText('6 h back, 18 h ahead')
    await timeline.getByRole('button', { name: 'Back to now' }).click()
    await expect(timeline).toContainText('12 h back, 12 h ahead')
  })
})

test.describe('everything at once', () => {
  test('is paused and resumed from the bar, and says until when', async ({ host, open }) => {
    await host.json(['add', '--name', 'Hourly', '--command', 'true', '--cron', '0 * * * *'])
    const page = await open()
    await page.getByRole('button', { name: 'Pause all' }).click()
    await page.getByRole('menuitem', { name: 'For one hour' }).click()
    await expect(page.getByRole('heading', { name: 'Everything is paused' })).toBeVisible()
    await expect(page.getByText(/Everything is paused until/)).toBeVisible()
    expect(await host.json<{ paused: object | null }>(['status'])).toMatchObject({
      paused: { until: expect.any(String) as unknown },
    })

    await page.getByRole('button', { name: 'Resume all' }).click()
    await expect(page.getByRole('heading', { name: 'All quiet' })).toBeVisible()
  })

  test.describe('seen from another zone', () => {
    // Its midnight is 15:00 UTC, where the host is.
    test.use({ timezoneId: 'Asia/Tokyo' })

    test("is paused until the host's tomorrow", async ({ host, open }) => {
      await host.json(['add', '--name', 'Hourly', '--command', 'true', '--cron', '0 * * * *'])
      const page = await open()
      await page.getByRole('button', { name: 'Pause all' }).click()
      await page.getByRole('menuitem', { name: 'Until tomorrow' }).click()
      await expect(page.getByRole('heading', { name: 'Everything is paused' })).toBeVisible()
      const { paused } = await host.json<{ paused: { until: string } }>(['status'])
      expect(paused.until).toMatch(/T00:00:00\.000Z$/)
    })
  })

  test('is found by name with Ctrl+K, where Ctrl+Enter runs a task', async ({ host, open }) => {
    await host.json(['add', '--name', 'Nightly backup', '--command', 'true'])
    const page = await open()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search' }).fill('nightly')
    await expect(page.getByRole('option', { name: /^Not run yet Nightly backup/ })).toBeVisible()
    await page.keyboard.press('Control+Enter')
    await expect(page.getByText('Nightly backup started', { exact: true })).toBeVisible()

    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search' }).fill('settings')
    await page.getByRole('option', { name: 'Settings' }).click()
    await expect(page).toHaveURL(/#\/settings$/)
  })
})

test.describe('a host that goes away', () => {
  test('is said so over what was last known, and a host started anew asks for a fresh link', async ({ page }) => {
    const home = await temporaryFolder()
    const first = await startHost({ home })
    const { port } = new URL(first.url)
    await first.json(['add', '--name', 'Hourly', '--command', 'true', '--cron', '0 * * * *'])
    await page.goto(first.url)
    await expect(page.getByRole('link', { name: 'Hourly' })).toBeVisible()
    await first.stop()
    await expect(page.getByText('Host not answering')).toBeVisible()
    await expect(page.getByText(/retry in \d+ s|trying now/).first()).toBeVisible()
    await expect(page.getByRole('link', { name: 'Hourly' })).toBeVisible()

    const second = await startHost({ home, args: ['--port', port] })
    try {
      await page.getByRole('button', { name: 'Try now' }).click()
      await expect(page.getByText('This page needs a fresh link')).toBeVisible()
      await page.goto(second.url)
      await expect(page.getByRole('link', { name: 'Hourly' })).toBeVisible()
      await goTo(page, '/tasks')
      await expect(page.getByRole('row', { name: /Hourly/ })).toBeVisible()
    } finally {
      await second.stop()
      await removeFolder(home)
    }
  })
})
