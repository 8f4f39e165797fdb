import { createHash } from 'node:crypto'
import { expect } from 'playwright/test'
import { getProperty } from '../support/session-bus'
import { activateTrayItem, clickTrayMenu, findEntry, trayItem, trayMenu, type TrayItem } from '../support/tray'
import { commandTask, test } from '../support/tray-app'
import { until } from '../support/until'

/** A digest of the picture. */
async function icon({ service, path }: TrayItem): Promise<string> {
  const pixels = await getProperty({ service, path, interface: 'org.kde.StatusNotifierItem' }, 'IconPixmap')
  return createHash('sha256').update(JSON.stringify(pixels)).digest('hex')
}
const tooltip = async (): Promise<string> => (await trayItem()).toolTip

test('the tray shows a calm bell with its menu', async ({ startTray }) => {
  await startTray({ args: ['--hidden'] })
  const item = await trayItem()
  expect(item.toolTip).toBe('Belfry · All quiet')
  const entries = await trayMenu(item)
  expect(entries.filter(({ separator }) => !separator).map(({ label }) => label)).toEqual([
    'All quiet',
    'Nothing planned',
    'Run',
    'Pause all',
    'Open Belfry',
    'Quit Belfry',
  ])
  expect(entries[0]?.enabled).toBe(false)
})

test('a task is run from the tray’s menu', async ({ startTray }) => {
  const { client } = await startTray({ args: ['--hidden'] })
  const { id } = await client.tasks.create(commandTask('Say hello & more', 'echo hello'))
  await clickTrayMenu(await trayItem(), 'Run', 'Say hello & more')
  const run = await until('the run', async () => (await client.runs.list({ task: id, status: 'succeeded' })).items[0])
  expect(run).toMatchObject({ triggeredBy: 'manual', exitCode: 0, number: 1 })
  expect((await client.runs.log({ id: run.id })).lines.map(({ text }) => text)).toContain('hello')
})

test('what runs makes the bell ring, and is cancelled from the menu', async ({ startTray }) => {
  const { client } = await startTray({ args: ['--hidden'] })
  const calm = await icon(await trayItem())
  const { id } = await client.tasks.create(commandTask('Long one', 'echo "::progress 45/100 half"; sleep 600'))
  const { id: runId } = await client.tasks.run({ id })
  await until('the tooltip', async () => (await tooltip()) === '1 running')
  expect(await icon(await trayItem())).not.toBe(calm)
  await clickTrayMenu(await trayItem(), 'Running (1)', /^Long one/, 'Cancel')
  await until('the run being cancelled', async () => (await client.runs.get({ id: runId })).status === 'cancelled')
  await until('the calm icon', async () => (await icon(await trayItem())) === calm)
})

test('a failure turns the icon, and is acknowledged from the menu', async ({ startTray }) => {
  const { client } = await startTray({ args: ['--hidden'] })
  const calm = await icon(await trayItem())
  const { id } = await client.tasks.create(commandTask('Broken one', 'echo "no such share" >&2; exit 3'))
  await client.tasks.run({ id })
  await until('the tooltip', async () => (await tooltip()) === '1 failed')
  expect(await icon(await trayItem())).not.toBe(calm)
  const entries = await trayMenu(await trayItem())
  expect(findEntry(entries, ['Needs attention (1)', 'Broken one', 'no such share'])).toMatchObject({ enabled: false })
  await clickTrayMenu(await trayItem(), 'Needs attention (1)', 'Broken one', 'Acknowledge')
  await until('the calm icon', async () => (await icon(await trayItem())) === calm)
})

test('everything is paused and resumed from the menu', async ({ startTray }) => {
  const { client } = await startTray({ args: ['--hidden'] })
  await clickTrayMenu(await trayItem(), 'Pause all', 'For 1 hour')
  const paused = await until('the pause', async () => (await client.system.status()).paused ?? undefined)
  expect(Date.parse(paused.until ?? '') - Date.parse(paused.since)).toBeCloseTo(3_600_000, -4)
  await until('the tooltip', async () => (await tooltip()).startsWith('Paused until '))
  await clickTrayMenu(await trayItem(), 'Resume all')
  await until('the end of the pause', async () => (await client.system.status()).paused === null)
})

test('the menu follows the language of the settings', async ({ startTray }) => {
  const { client } = await startTray({ args: ['--hidden'] })
  await client.settings.update({ locale: 'zh-CN' })
  await until('a Chinese menu', async () => findEntry(await trayMenu(await trayItem()), ['退出 Belfry']))
})

test('the theme of the settings colours the window, and the bell goes by the desktop’s', async ({ startTray }) => {
  const tray = await startTray()
  await tray.page()
  const bell = await icon(await trayItem())
  const windowIs = (colour: string): Promise<true> =>
    until(`the window in ${colour}`, () =>
      tray.app.evaluate(
        ({ BrowserWindow }, wanted) =>
          BrowserWindow.getAllWindows()[0]?.getBackgroundColor().toLowerCase() === wanted || undefined,
        colour,
      ),
    )
  await tray.client.settings.update({ theme: 'dark' })
  await windowIs('#121214')
  expect(await icon(await trayItem())).toBe(bell)
  await tray.client.settings.update({ theme: 'light' })
  await windowIs('#ffffff')
  expect(await icon(await trayItem())).toBe(bell)

  // As when the operator turns the desktop dark: whoever still obeys it shows.
  await tray.app.evaluate(({ nativeTheme }) => void (nativeTheme.themeSource = 'dark'))
  await until('a bell for a dark panel', async () => (await icon(await trayItem())) !== bell)
  await windowIs('#ffffff')
  await tray.client.settings.update({ theme: 'system' })
  await windowIs('#121214')
})

test('a click on the bell, and "Open Belfry", bring the window', async ({ startTray }) => {
  const tray = await startTray({ args: ['--hidden'] })
  expect(await tray.windowVisible()).toBe(false)
  await activateTrayItem(await trayItem())
  await until('the window', tray.windowVisible)
  await tray.closeWindow()
  await until('the window being hidden', async () => !(await tray.windowVisible()))
  await clickTrayMenu(await trayItem(), 'Open Belfry')
  await until('the window again', tray.windowVisible)
})
