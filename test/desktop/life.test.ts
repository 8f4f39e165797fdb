import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'playwright/test'
import type { Run } from '@shared/model/run'
import { appEnvironment, electronBinary, electronFlags } from '../support/electron-app'
import { belfry, belfryJson, startHost } from '../support/host'
import { NotificationWatch } from '../support/notifications'
import { projectRoot } from '../support/paths'
import { clickTrayMenu, trayItem } from '../support/tray'
import { commandTask, test, type TrayApp } from '../support/tray-app'
import { until } from '../support/until'

/** Starts the app once more, beside what runs; its exit code. */
async function startAgain(home: string, ...args: string[]): Promise<number> {
  const again = spawn(electronBinary(), [...electronFlags, projectRoot, ...args], {
    env: appEnvironment({ home }),
    stdio: 'ignore',
  })
  const [code] = (await once(again, 'exit')) as [number]
  return code
}

/** A run that only ends when it is ended, once its process is there. */
async function startLongRun({ client }: TrayApp): Promise<Run> {
  const { id } = await client.tasks.create(commandTask('Long one', 'echo started; exec sleep 600'))
  const run = await client.tasks.run({ id })
  return until('its process', async () => {
    const current = await client.runs.get({ id: run.id })
    return current.process ? current : undefined
  })
}

function isAlive(pid: number | undefined): boolean {
  try {
    return process.kill(pid ?? 0, 0)
  } catch {
    return false
  }
}

test('a second start brings the window of the first one forward', async ({ startTray }) => {
  const tray = await startTray({ args: ['--hidden'] })
  expect(await tray.windowVisible()).toBe(false)
  expect(await startAgain(tray.home)).toBe(0)
  await until('the window', tray.windowVisible)
  expect(await startAgain(tray.home)).toBe(0)
  const windows = await tray.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.isFocused()),
  )
  expect(windows).toEqual([true])
})

test('closing the window keeps Belfry in the tray, and says so once', async ({ startTray }) => {
  const watch = await NotificationWatch.start()
  const tray = await startTray()
  for (let time = 0; time < 2; time += 1) {
    await tray.page()
    await tray.closeWindow()
    await until('the window being hidden', async () => !(await tray.windowVisible()))
    await clickTrayMenu(await trayItem(), 'Open Belfry')
    await until('the window', tray.windowVisible)
  }
  await watch.waitFor('still running')
  expect(watch.shown()).toHaveLength(1)
  watch.stop()
})

test('the window comes back where it was', async ({ startTray, home }) => {
  const bounds = { x: 130, y: 140, width: 900, height: 640 }
  const first = await startTray()
  await first.page()
  await first.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), bounds)
  await first.closeWindow()
  first.app.process().kill('SIGTERM')
  expect(await first.exited).toBe(0)

  const second = await startTray({ home })
  await second.page()
  const size = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds())
  expect(size).toMatchObject({ width: bounds.width, height: bounds.height })
})

test('the command line drives the tray’s host, and opens its window', async ({ startTray }) => {
  const tray = await startTray({ args: ['--hidden'] })
  expect(await belfryJson(tray.home, ['status'])).toMatchObject({ kind: 'tray', state: 'running' })
  await tray.client.tasks.create(commandTask('From the shell', 'echo done'))
  const ran = await belfry(tray.home, ['run', 'From the shell', '--wait'])
  expect(ran.code).toBe(0)
  expect(ran.stdout).toContain('done')
  expect(await belfryJson(tray.home, ['open'])).toEqual({ url: null })
  await until('the window', tray.windowVisible)
})

test('a command gets the operator’s environment, not Electron’s', async ({ startTray }) => {
  const { client } = await startTray({ args: ['--hidden'], env: { GREETING: 'a=b' } })
  const { id } = await client.tasks.create(commandTask('Environment', 'env'))
  const { id: runId } = await client.tasks.run({ id })
  await until('its end', async () => (await client.runs.get({ id: runId })).finishedAt !== null)
  const lines = (await client.runs.log({ id: runId })).lines.map(({ text }) => text)
  expect(lines).toContain('GREETING=a=b')
  expect(
    lines.filter((line) => /^(CHROME_DESKTOP|GDK_BACKEND|ORIGINAL_XDG|ELECTRON_|NODE_OPTIONS)/.test(line)),
  ).toEqual([])
})

test('quitting while something runs asks first, and ends it only when told to', async ({ startTray }) => {
  const tray = await startTray({ args: ['--hidden'] })
  const run = await startLongRun(tray)
  /** What the operator will answer; the dialog itself belongs to the desktop. */
  const answer = (response: number): Promise<void> =>
    tray.app.evaluate(({ dialog }, given) => {
      const asked: unknown[] = []
      Object.assign(dialog, {
        asked,
        showMessageBox: async (options: unknown) => (asked.push(options), { response: given }),
      })
    }, response)
  const asked = (): Promise<{ message: string; detail: string }[]> =>
    tray.app.evaluate(({ dialog }) => (dialog as unknown as { asked: { message: string; detail: string }[] }).asked)

  await answer(1)
  await clickTrayMenu(await trayItem(), 'Quit Belfry')
  const [question] = await until('the question', async () => ((await asked()).length > 0 ? asked() : undefined))
  expect(question).toMatchObject({ message: '1 run is still going. Quitting ends it.', detail: 'Long one' })
  expect((await tray.client.runs.get({ id: run.id })).status).toBe('running')

  await answer(0)
  await clickTrayMenu(await trayItem(), 'Quit Belfry')
  expect(await tray.exited).toBe(0)
  expect(isAlive(run.process?.pid)).toBe(false)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends what runs, records it and exits`, async ({ startTray, home }) => {
    const first = await startTray()
    const run = await startLongRun(first)
    first.app.process().kill(signal)
    expect(await first.exited).toBe(0)
    expect(isAlive(run.process?.pid)).toBe(false)

    const second = await startTray({ home, args: ['--hidden'] })
    expect(await second.client.runs.get({ id: run.id })).toMatchObject({ status: 'interrupted' })
  })
}

test('a second Ctrl-C kills what the first one only asked to end', async ({ startTray, home }) => {
  const { app, client, exited } = await startTray({ args: ['--hidden'] })
  await client.settings.update({ shutdownGrace: 600_000 })
  const said = (word: string): boolean => existsSync(join(home, word))
  const stubborn = commandTask(
    'Stubborn',
    'cd "$BELFRY_HOME"; trap "touch asked" TERM; touch ready; while :; do sleep 0.1; done',
  )
  const { id } = await client.tasks.create({ ...stubborn, policy: { killGrace: '10m' } })
  await client.tasks.run({ id })
  await until('its trap', () => said('ready'))
  app.process().kill('SIGINT')
  await until('the first asking', () => said('asked'))
  app.process().kill('SIGINT')
  expect(await exited).toBe(0)
})

test('an error that nobody caught is logged and told, and ends nothing', async ({ startTray }) => {
  const watch = await NotificationWatch.start()
  const tray = await startTray({ args: ['--hidden'] })
  const run = await startLongRun(tray)
  await tray.app.evaluate(() => {
    setTimeout(() => {
      throw new Error('a surprise')
    })
    void Promise.reject(new Error('a broken promise'))
  })
  const shown = await watch.waitFor('unexpected error')
  expect(shown.body).toContain('It goes on')
  await until('both in the log', async () => {
    const log = await tray.log()
    return log.includes('a surprise') && log.includes('a broken promise')
  })
  expect((await tray.client.runs.get({ id: run.id })).status).toBe('running')
  watch.stop()
})

test('the app speaks the language of the settings, not the desktop’s', async ({ startTray }) => {
  const watch = await NotificationWatch.start()
  const tray = await startTray()
  await tray.page()
  await tray.client.settings.update({ locale: 'zh-CN' })
  await tray.closeWindow()
  expect((await watch.waitFor('Belfry')).summary).toBe('Belfry 仍在运行')
  await tray.app.evaluate(() => {
    setTimeout(() => {
      throw new Error('a surprise')
    })
  })
  expect((await watch.waitFor('a surprise')).summary).toBe('Belfry 遇到意外错误')
  watch.stop()
})

test('a crashed page is loaded again, and the host goes on', async ({ startTray }) => {
  const tray = await startTray()
  const run = await startLongRun(tray)
  const page = await tray.page()
  const crashed = page.waitForEvent('crash')
  await tray.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  )
  await crashed
  const again = await until('a new page', () => tray.app.windows().find((one) => one !== page))
  await expect(again.getByRole('link', { name: 'Tasks' })).toBeVisible()
  expect((await tray.client.runs.get({ id: run.id })).status).toBe('running')
})

test('beside a headless host the app shows that host’s page and says so', async ({ home }) => {
  const watch = await NotificationWatch.start()
  const host = await startHost({ home })
  const { launchApp } = await import('../support/electron-app')
  const app = await launchApp({ home })
  const page = await app.firstWindow()
  await expect(page).toHaveURL(/^http:\/\/127\.0\.0\.1:\d+\//)
  await expect(page.locator('body')).toContainText('Belfry')
  const shown = await watch.waitFor('already runs here')
  expect(shown.body).toContain(String(host.pid))
  expect(JSON.parse(await readFile(join(home, 'lock'), 'utf8'))).toMatchObject({ kind: 'headless', pid: host.pid })

  const exited = once(app.process(), 'exit')
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  expect((await exited)[0]).toBe(0)
  expect((await host.stop()).code).toBe(0)
  watch.stop()
})

test('a data folder that others may read is refused with the command that mends it', async ({ home }) => {
  const { chmod } = await import('node:fs/promises')
  await chmod(home, 0o755)
  const app = spawn(electronBinary(), [...electronFlags, projectRoot], {
    env: appEnvironment({ home }),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  app.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(app, 'exit')) as [number]
  expect(code).toBe(1)
  expect(said).toContain(`chmod 700 ${home}`)
})
