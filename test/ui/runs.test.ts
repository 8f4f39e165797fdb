import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { accessibilityProblems, addTask, expect, startRun, test, type AddedTask } from '../support/shared-host-page'

test.describe('the list of runs', () => {
  test('shows a run from its start to its end, without being asked again', async ({ page, host, visit }) => {
    const go = path.join(host.home, 'go-lively')
    const task = await addTask(
      host,
      'Lively',
      '--manual',
      '--command',
      `echo "::progress 30/60 files"; while [ ! -e '${go}' ]; do sleep 0.05; done; exit 4`,
    )
    await visit('/runs')
    const run = await startRun(host, task)
    const row = page.locator(`[data-run="${run.id}"]`)
    await expect(row).toContainText(task.name)
    await expect(row).toContainText('#1')
    await expect(row).toContainText('Running')
    await expect(row.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '50')
    await writeFile(go, '')
    await expect(row).toContainText('Failed')
    await expect(row).toContainText('exit code 4')
    await expect(row).toContainText('by hand')
  })

  test('is narrowed by task and by state, and the address keeps it', async ({ page, host, visit }) => {
    const good = await addTask(host, 'Good', '--manual', '--command', 'true')
    const bad = await addTask(host, 'Bad', '--manual', '--command', 'exit 1')
    for (const task of [good, bad]) await host.belfry(['run', task.id, '--wait'])
    await visit('/runs')
    await page.getByRole('button', { name: 'Task', exact: true }).click()
    await page.getByPlaceholder('Find a task').fill(bad.name)
    await page.getByRole('option', { name: bad.name }).click()
    const rows = page.locator('[data-run]')
    await expect(rows).toHaveCount(1)
    await expect(rows).toContainText(bad.name)
    await expect(page).toHaveURL(new RegExp(`task=${bad.id}`))

    await page.getByRole('button', { name: 'State', exact: true }).click()
    await page.getByRole('option', { name: 'Succeeded' }).click()
    await page.keyboard.press('Escape')
    await expect(page.getByText('No run fits these filters')).toBeVisible()
    await page.reload()
    await expect(page.getByText('No run fits these filters')).toBeVisible()
    await page.getByRole('button', { name: 'Clear filters' }).first().click()
    await expect(rows.filter({ hasText: good.name })).toHaveCount(1)
  })

  test('is walked by keyboard', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Keys', '--manual', '--command', 'true')
    for (const _ of [1, 2]) await host.belfry(['run', task.id, '--wait'])
    await visit(`/runs?task=${task.id}`)
    await expect(page.locator('[data-run]')).toHaveCount(2)
    await page.getByRole('grid').focus()
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'Run #1' })).toBeVisible()
  })

  test('fetches older runs as one scrolls, and counts new ones above instead of moving', async ({
    page,
    host,
    visit,
  }) => {
    test.slow()
    const tasks = await Promise.all(
      Array.from({ length: 6 }, () => addTask(host, 'Many', '--manual', '--command', 'true')),
    )
    await visit('/settings')
    // Through the page's own API, for the speed of it; a log's stream ends with its run.
    const first = await page.evaluate(
      async (ids) => {
        const runOnce = async (id: string): Promise<string> => {
          const headers = { 'content-type': 'application/json' }
          const answer = await fetch(`/api/tasks/${id}/run`, { method: 'POST', headers, body: '{}' })
          const run = (await answer.json()) as { id: string }
          await (await fetch(`/api/runs/${run.id}/follow`)).text()
          return run.id
        }
        const started: string[] = []
        for (let round = 0; round < 19; round += 1) started.push(...(await Promise.all(ids.map(runOnce))))
        return started[0]
      },
      tasks.map((task) => task.id),
    )
    // What the page learned while they ran is forgotten.
    await page.reload()
    await visit('/runs?state=succeeded')
    const scroller = page.getByRole('grid')
    await expect(page.locator('[data-run]').first()).toContainText('#19')
    await expect(async () => {
      await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight))
      await expect(page.locator(`[data-run="${first}"]`)).toBeVisible({ timeout: 500 })
    }).toPass()

    const top = await scroller.evaluate((element) => element.scrollTop)
    const fresh = await startRun(host, tasks[0] as AddedTask)
    await page.getByRole('button', { name: 'one new run' }).waitFor()
    expect(await scroller.evaluate((element) => element.scrollTop)).toBe(top)
    await page.getByRole('button', { name: 'one new run' }).click()
    await expect(page.locator('[data-run]').first()).toHaveAttribute('data-run', fresh.id)
  })

  test('says so where earlier runs cannot be read, and goes on when asked', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Pages', '--manual', '--command', 'true')
    for (const _ of [1, 2]) await host.belfry(['run', task.id, '--wait'])
    let refuse = true
    // A page of one run, of a list that the page does not know from elsewhere.
    await page.route('**/api/runs?*', async (route) => {
      const url = new URL(route.request().url())
      if (!url.searchParams.has('task')) return route.fulfill({ json: { items: [], nextCursor: null } })
      if (url.searchParams.has('cursor') && refuse)
        return route.fulfill({ status: 507, json: { code: 'STORAGE', message: 'the disk does not answer' } })
      url.searchParams.set('limit', '1')
      return route.fulfill({ response: await route.fetch({ url: url.href }) })
    })
    await visit('/settings')
    await page.reload()
    await visit(`/runs?task=${task.id}`)
    await expect(page.locator('[data-run]')).toHaveCount(1)
    await expect(page.getByText('The runs could not be read')).toBeVisible()
    await expect(page.getByText('the disk does not answer')).toBeVisible()
    expect(await accessibilityProblems(page)).toEqual([])
    refuse = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.locator('[data-run]')).toHaveCount(2)
    await expect(page.getByText('The runs could not be read')).toHaveCount(0)
  })

  test('has nothing that axe objects to', async ({ page, host, visit }) => {
    const task = await addTask(host, 'Axe', '--manual', '--command', 'exit 2')
    await host.belfry(['run', task.id, '--wait'])
    await visit('/runs')
    await expect(page.locator('[data-run]').first()).toBeVisible()
    expect(await accessibilityProblems(page)).toEqual([])
  })
})
