import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { execa } from 'execa'
import { chromium } from 'playwright'
import { expect } from 'playwright/test'
import { appEnvironment, electronBinary, electronFlags } from '../support/electron-app'
import { belfryJson, removeFolder } from '../support/host'
import { projectRoot } from '../support/paths'
import { trayItem } from '../support/tray'
import { test } from '../support/tray-app'
import { until } from '../support/until'

const output = join(projectRoot, 'test-results', 'package')
/** How a fuse that is on stands in the binary: the character 1. */
const enabled: number = '1'.charCodeAt(0)
const packaged = join(output, 'linux-unpacked', 'belfry')

test.beforeAll(async () => {
  test.setTimeout(180_000)
  const electron = dirname(electronBinary())
  const version = (await readFile(join(electron, 'version'), 'utf8')).trim().replace(/^v/, '')
  const overrides = [`electronDist=${electron}`, `electronVersion=${version}`, `directories.output=${output}`]
  await execa(process.execPath, [
    join(projectRoot, 'node_modules', 'electron-builder', 'cli.js'),
    ...['--linux', 'dir', '--publish', 'never', '--projectDir', projectRoot],
    ...overrides.map((override) => `-c.${override}`),
  ])
})
test.afterAll(() => removeFolder(output))

test('the packaged app starts, shows its page and its tray, and hosts', async ({ home }) => {
  const app = spawn(packaged, [...electronFlags, '--remote-debugging-port=0'], {
    env: appEnvironment({ home }),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(app, 'exit')
  try {
    const debuggerUrl = await new Promise<string>((resolve) =>
      createInterface(app.stderr).on('line', (line) => {
        const url = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
        if (url !== undefined) resolve(url)
      }),
    )
    const browser = await chromium.connectOverCDP(debuggerUrl)
    const page = await until('the page', () =>
      browser
        .contexts()[0]
        ?.pages()
        .find((one) => one.url().startsWith('app://belfry/')),
    )
    await expect(page.getByRole('link', { name: 'Tasks' })).toBeVisible()
    expect((await trayItem()).toolTip).toContain('Belfry')
    expect(await belfryJson(home, ['status'])).toMatchObject({ kind: 'tray', dataFolder: home })
    await browser.close()
  } finally {
    app.kill('SIGTERM')
  }
  expect((await exited)[0]).toBe(0)
})

test('the packaged binary’s doors to plain Node and foreign code are shut', async () => {
  const wire = await getCurrentFuseWire(packaged)
  const states = Object.fromEntries(
    Object.entries(FuseV1Options).map(([name, option]) => [name, Number(wire[option as FuseV1Options]) === enabled]),
  )
  expect(states).toMatchObject({
    RunAsNode: false,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: false,
    GrantFileProtocolExtraPrivileges: false,
    OnlyLoadAppFromAsar: true,
    EnableEmbeddedAsarIntegrityValidation: true,
    EnableCookieEncryption: true,
  })
})
