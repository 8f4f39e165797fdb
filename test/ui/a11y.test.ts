import type { Page } from 'playwright/test'
import type { TestHost } from '../support/host'
import { accessibilityProblems, expect, goTo, test } from '../support/own-host-page'

/** Something of everything: planned, running, failed, paused, disabled. */
async function fill(host: TestHost): Promise<void> {
  await host.json(['add', '--name', 'Hourly', '--command', 'true', '--cron', '0 * * * *'])
  await host.json(['add', '--name', 'Broken', '--command', 'echo no route to host >&2; exit 3'])
  await host.json([
    'add',
    '--name',
    'Long',
    '--command',
    'for i in $(seq 1 600); do echo "::progress $i/600 file $i"; sleep 0.5; done',
  ])
  await host.json(['add', '--name', 'Off', '--command', 'true', '--disabled'])
  await host.json(['add', '--name', 'Halted', '--command', 'true', '--every', '1h'])
  await host.belfry(['pause', 'Halted'])
  await host.belfry(['run', 'Broken', '--wait'])
  await host.belfry(['run', 'Long'])
}

interface View {
  readonly name: string
  readonly path: string
  readonly act?: (page: Page) => Promise<void>
}

const views: readonly View[] = [
  { name: 'Today', path: '/today', act: (page) => page.getByRole('progressbar').first().waitFor() },
  { name: 'Tasks', path: '/tasks', act: (page) => page.getByRole('row', { name: /Hourly/ }).waitFor() },
  {
    name: 'Tasks, some picked',
    path: '/tasks',
    act: (page) =>
      page
        .getByRole('row', { name: /Hourly/ })
        .getByRole('checkbox')
        .click(),
  },
  { name: 'Settings', path: '/settings', act: (page) => page.getByRole('heading', { name: 'Running' }).waitFor() },
  {
    name: 'the import dialog',
    path: '/tasks',
    act: async (page) => {
      await page.getByRole('button', { name: 'Import', exact: true }).click()
      await page.getByRole('textbox', { name: 'Crontab' }).fill('15 2 * * * echo backup\n61 * * * * echo never\n')
      await page.getByRole('dialog').getByRole('table').waitFor()
    },
  },
  {
    name: 'the palette',
    path: '/today',
    act: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('option').first().waitFor()
    },
  },
  {
    name: 'a question',
    path: '/today',
    act: async (page) => {
      await page.getByRole('button', { name: 'Cancel Long' }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
]

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    // Nothing is caught half faded in.
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } })

    test('axe finds nothing wrong, from an empty start to a full page', async ({ host, open }) => {
      test.slow()
      const found: Record<string, string[]> = {}
      const page = await open()
      await page.getByRole('heading', { name: 'No tasks yet' }).waitFor()
      found['an empty start'] = await accessibilityProblems(page)
      await fill(host)
      for (const { name, path, act } of views) {
        await goTo(page, path)
        await act?.(page)
        found[name] = await accessibilityProblems(page)
        await page.reload()
      }
      expect(Object.entries(found).filter(([, problems]) => problems.length > 0)).toEqual([])
    })
  })
}

test.describe('420 pixels wide', () => {
  test.use({ viewport: { width: 420, height: 820 } })

  test('nothing is wider than the window, the menu slides over, and axe finds nothing wrong', async ({
    host,
    page,
  }) => {
    await fill(host)
    await page.goto(host.url)
    const { id } = await host.json<{ id: string }>(['show', 'Hourly'])
    for (const path of ['/today', '/tasks', `/tasks/${id}`, `/tasks/${id}?tab=ledger`, '/settings']) {
      await goTo(page, path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      for (const button of await page.getByRole('main').getByRole('button').all()) {
        const box = await button.boundingBox()
        expect((box?.x ?? 0) + (box?.width ?? 0), `${path}: ${await button.textContent()}`).toBeLessThanOrEqual(420)
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(420)
      expect(await accessibilityProblems(page)).toEqual([])
    }
    await page.getByRole('button', { name: 'Open menu' }).click()
    await page
      .getByRole('dialog')
      .getByRole('link', { name: /^Today/ })
      .click()
    await expect(page).toHaveURL(/#\/today$/)
    await expect(page.getByRole('dialog')).toBeHidden()
  })
})
