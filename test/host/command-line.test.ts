/** What each command does, prints and exits with, on a real host. */
import { once } from 'node:events'
import { access, constants, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Client } from '@shared/contract'
import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'
import { connect, type Connection } from '../../electron/cli/connect'
import { removeFolder, startHost, type TestHost } from '../support/host'
import { builtCli, projectRoot } from '../support/paths'
import { until } from '../support/until'

let host: TestHost
let connection: Connection
let client: Client
beforeAll(async () => {
  host = await startHost()
  connection = await connect(host.home, 'belfry serve')
  client = connection.client
})
afterAll(async () => {
  await connection.close()
  expect(await host.stop()).toEqual({ code: 0, signal: null })
  await removeFolder(host.home)
})
beforeEach(async () => {
  for (const task of (await client.tasks.list()).items) await client.tasks.remove({ id: task.id })
})

/** As it is once it is saved: the answer to that tells more. */
const make = async (name: string, command: string, change: Partial<Parameters<Client['tasks']['create']>[0]> = {}) => {
  const { id } = await client.tasks.create({ name, action: { kind: 'command', command }, ...change })
  return client.tasks.get({ id })
}
const belfryProcess = (args: readonly string[]) =>
  execa(process.execPath, [builtCli, ...args], { env: { BELFRY_HOME: host.home }, reject: false })

describe('--json', () => {
  it('prints exactly what the procedure returns', async () => {
    const added = await host.json<TaskView>([
      'add',
      '--name',
      'a',
      '--cron',
      '0 5 * * *',
      '--timezone',
      'Europe/Berlin',
      '--command',
      'true',
    ])
    expect(added).toEqual({ ...(await client.tasks.get({ id: added.id })), scheduleWarnings: [] })
    expect(added).toMatchObject({
      name: 'a',
      triggers: [{ kind: 'cron', expression: '0 5 * * *', timezone: 'Europe/Berlin' }],
    })
    const run = await host.json<Run>(['run', 'a', '--wait'])
    expect(run).toEqual(await client.runs.get({ id: run.id }))
    expect(await host.json(['ls'])).toEqual(await client.tasks.list())
    expect(await host.json(['show', 'a'])).toEqual(await client.tasks.get({ id: 'a' }))
    expect(await host.json(['show', run.id])).toEqual(run)
    expect(await host.json(['runs', '--task', 'a', '--limit', '1'])).toEqual(
      await client.runs.list({ task: 'a', limit: 1 }),
    )
    expect(await host.json(['logs', run.id])).toEqual(await client.runs.log({ id: run.id }))
    expect(await host.json(['next', 'a'])).toEqual(
      await client.schedule.preview({ triggers: added.triggers, policy: added.policy, task: added.id }),
    )
    expect(await host.json(['rm', 'a'])).toMatchObject({ id: added.id })
    expect(await client.tasks.list()).toEqual({ items: [], nextCursor: null })
  })
})

describe('run --wait', () => {
  it('gives parameters to the command and keeps its streams apart', async () => {
    await make('p', 'echo "$BELFRY_PARAM_WHO-$BELFRY_PARAMS"; echo trouble >&2')
    const { code, stdout, stderr } = await host.belfry(['run', 'p', '--wait', '--param', 'who=a=b c'])
    expect([code, stdout]).toEqual([0, 'a=b c-{"who":"a=b c"}\n'])
    expect(stderr).toContain('trouble\n')
  })

  it.each([
    ['succeeded', 'true', {}, 0],
    ['failed', 'exit 7', {}, 1],
    ['timed_out', 'sleep 30', { policy: { timeout: 200, killGrace: 100 } }, 124],
  ] as const)('exits as the run did: %s', async (status, command, change, code) => {
    await make('x', command, change)
    const answer = await host.belfry(['run', 'x', '--wait', '--json'])
    expect([answer.code, (JSON.parse(answer.stdout) as Run).status]).toEqual([code, status])
  })

  it('exits with 130 when the run is cancelled, which takes the task’s name', async () => {
    await make('c', 'echo begun; sleep 60')
    const waiting = belfryProcess(['run', 'c', '--wait'])
    await once(waiting.stdout, 'data')
    expect((await host.belfry(['cancel', 'c'])).code).toBe(0)
    expect((await waiting).exitCode).toBe(130)
    expect(await host.belfry(['cancel', 'c'])).toMatchObject({ code: 1, stderr: 'CONFLICT: task "c" is not running\n' })
  })

  it('on Ctrl-C leaves the run alone and says how to cancel it', async () => {
    const { id } = await make('k', 'echo begun; sleep 60')
    const waiting = belfryProcess(['run', 'k', '--wait'])
    await once(waiting.stdout, 'data')
    waiting.kill('SIGINT')
    const { exitCode, stderr } = await waiting
    const [run] = (await client.tasks.get({ id })).activeRuns
    expect(exitCode).toBe(130)
    expect(stderr).toContain(`The run goes on. Cancel it with: belfry cancel ${run}`)
    expect((await host.belfry(['cancel', run ?? ''])).code).toBe(0)
    expect((await host.belfry(['logs', '-f', run ?? ''])).stdout).toContain('begun\n')
  })

  it('refuses a second run beside the first', async () => {
    await make('one', 'sleep 60')
    const { id } = await client.tasks.run({ id: 'one' })
    expect(await host.belfry(['run', 'one', '--wait'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^CONFLICT: /) as string,
    })
    await host.belfry(['cancel', id])
    await host.belfry(['logs', '-f', id])
  })
})

describe('logs', () => {
  it('shows a run, a task’s latest run, the end of it, and times', async () => {
    await make('l', 'for i in 1 2 3; do echo line $i; done')
    const run = await host.json<Run>(['run', 'l', '--wait'])
    expect((await host.belfry(['logs', run.id])).stdout).toContain('line 1\nline 2\nline 3\n')
    expect((await host.belfry(['logs', 'l', '--tail', '2'])).stdout).toMatch(/^line 3\n.*\n$/)
    expect((await host.belfry(['logs', 'l', '--timestamps'])).stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z line 1$/m)
  })

  it('follows to the end, every line once', async () => {
    await make('f', 'for i in 1 2 3 4 5; do echo line $i; sleep 0.1; done')
    const { id } = await client.tasks.run({ id: 'f' })
    const { stdout } = await host.belfry(['logs', '-f', id])
    expect(stdout.split('\n').filter((line) => line.startsWith('line'))).toEqual(
      [1, 2, 3, 4, 5].map((i) => `line ${i}`),
    )
  })

  it('comes whole, however long', async () => {
    await make('long', 'seq 1 12000')
    const run = await host.json<Run>(['run', 'long', '--wait'])
    const lines = (await host.belfry(['logs', run.id])).stdout.split('\n').filter((line) => /^\d+$/.test(line))
    expect(lines).toEqual(Array.from({ length: 12_000 }, (_, index) => String(index + 1)))
  })

  it('ends quietly when its reader has seen enough', async () => {
    await make('many', 'seq 1 20000')
    await host.json<Run>(['run', 'many', '--wait'])
    const { stdout, stderr } = await execa(
      '/bin/sh',
      ['-c', '"$0" "$1" logs many | head -2', process.execPath, builtCli],
      { env: { BELFRY_HOME: host.home } },
    )
    expect(stdout.split('\n')).toHaveLength(2)
    expect(stderr).toBe('')
  })
})

describe('pause and resume', () => {
  it('of one task: it is planned no more, yet runs by hand', async () => {
    await make('p', 'true', { triggers: [{ kind: 'interval', every: '1h' }] })
    const paused = await host.json<TaskView>(['pause', 'p', '--for', '90m'])
    expect(paused.state).toBe('paused')
    expect(Date.parse(paused.nextAt ?? '')).toBeGreaterThan(Date.parse(paused.pause?.until ?? ''))
    expect(Date.parse(paused.pause?.until ?? '') - Date.parse(paused.pause?.since ?? '')).toBeCloseTo(5_400_000, -4)
    expect((await host.belfry(['run', 'p', '--wait'])).code).toBe(0)
    expect(await host.json(['resume', 'p'])).toMatchObject({ pause: null, state: 'succeeded' })
    expect(await host.belfry(['pause', 'p', '--for', 'ever'])).toMatchObject({
      code: 1,
      stderr: 'INVALID: "ever" is not a duration such as 90m or 2d (for)\n',
    })
    expect(await host.belfry(['pause', 'p', '--until', 'then'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^INVALID: .* \(until\)\n$/) as string,
    })
  })

  it('of everything: nothing is planned, yet each runs by hand', async () => {
    await make('p', 'true', { triggers: [{ kind: 'interval', every: '1h' }] })
    expect(await host.json(['pause', '--all', '--until', '2099-01-01T00:00:00Z'])).toMatchObject({
      paused: { until: '2099-01-01T00:00:00.000Z' },
    })
    expect(await host.json(['status'])).toMatchObject({ next: { at: expect.stringMatching(/^2099/) as string } })
    const run = await host.json<Run>(['run', 'p', '--wait'])
    expect(run).toMatchObject({ number: 1, status: 'succeeded', triggeredBy: 'manual' })
    expect(await host.json(['status'])).toMatchObject({ paused: { until: '2099-01-01T00:00:00.000Z' } })
    expect(await host.json(['resume', '--all'])).toMatchObject({ paused: null, next: { taskName: 'p' } })
  })
})

describe('edit', () => {
  it('by flags changes what they say and nothing else', async () => {
    const before = await make('e', 'true', { tags: ['t'], triggers: [{ kind: 'interval', every: '1h' }] })
    const after = await host.json<TaskView>(['edit', 'e', '--name', 'e2', '--timeout', '2m'])
    expect(after).toMatchObject({
      id: before.id,
      name: 'e2',
      revision: 2,
      tags: ['t'],
      triggers: before.triggers,
      policy: { timeout: 120_000, killGrace: 5000 },
    })
    expect(await host.json<TaskView>(['disable', 'e2'])).toMatchObject({ enabled: false, state: 'disabled' })
    expect(await host.json<TaskView>(['enable', 'e2'])).toMatchObject({ enabled: true })
  })

  const withEditor = (script: string) => host.belfry(['edit', 'e'], { env: { EDITOR: script, VISUAL: '' } })

  it('without flags opens the editor on the definition', async () => {
    const { id } = await make('e', 'true')
    expect(await withEditor(`sed -i 's/"name": "e"/"name": "by editor"/'`)).toMatchObject({ code: 0 })
    expect(await client.tasks.get({ id })).toMatchObject({ name: 'by editor', revision: 2 })
  })

  it('leaves the task alone when nothing was changed or the editor failed', async () => {
    const before = await make('e', 'true')
    expect((await withEditor('true')).stdout).toBe('Nothing was changed.\n')
    expect(await withEditor('false')).toMatchObject({
      code: 69,
      stderr: expect.stringContaining('the editor "false" ended with 1') as string,
    })
    expect(await client.tasks.get({ id: before.id })).toEqual(before)
  })

  it.each([
    ['what is no JSON', `sed -i '1d'`, /^INVALID: this is not JSON/],
    ['a broken rule', `sed -i 's/"name": "e"/"name": ""/'`, /^INVALID: a task needs a name.*\(name\)$/],
    ['a field that there is not', `sed -i 's/"name"/"nmae": 1, "name"/'`, /^INVALID: .*nmae/],
  ])('refuses %s, and keeps what was written', async (_what, script, message) => {
    const before = await make('e', 'true')
    const { code, stderr } = await withEditor(script)
    expect(code).toBe(1)
    expect(stderr.trimEnd()).toMatch(message)
    const file = /kept in (\S+)/.exec(stderr)?.[1] ?? ''
    expect(await readFile(file, 'utf8')).toContain('"triggers"')
    await removeFolder(join(file, '..'))
    expect(await client.tasks.get({ id: before.id })).toEqual(before)
  })
})

describe('names', () => {
  it('may be used for ids while they are unambiguous', async () => {
    await make('backup home', 'true')
    await make('backup mail', 'true')
    expect(await host.json(['show', 'backup home'])).toMatchObject({ name: 'backup home' })
    const { code, stderr } = await host.belfry(['run', 'backup'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^(AMBIGUOUS|NOT_FOUND): /)
    expect(await host.json(['next', 'backup home'])).toMatchObject({ next: [] })
  })
})

describe('the command itself', () => {
  it('is executable and works through a link, as npx and npm link make it', async () => {
    await access(builtCli, constants.X_OK)
    expect(await readFile(builtCli, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    const link = join(host.home, 'linked')
    await symlink(builtCli, link)
    const { stdout } = await execa(link, ['status', '--json'], { env: { BELFRY_HOME: host.home } })
    expect(JSON.parse(stdout)).toMatchObject({ pid: host.pid })
  })

  it('is on the PATH of tasks', async () => {
    await make('inner', 'belfry status --json')
    const { code, stdout } = await host.belfry(['run', 'inner', '--wait'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ dataFolder: host.home, activeRuns: 1 })
  })

  it.each([
    ['node out/main/headless.js', 'headless.js', [], /^Belfry is running: http/m],
    ['npm start where it is asked to', 'start.js', ['--headless'], /^Starting headless: it was asked for\.$/m],
  ])('is also %s', async (_name, file, args, said) => {
    const home = join(tmpdir(), `belfry-test-${process.pid}-${file}`)
    const child = execa(process.execPath, [join(projectRoot, 'out/main', file), ...args, '--port', '0'], {
      env: { BELFRY_HOME: home },
      reject: false,
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    await until('the line that it runs', () => output.includes('Belfry is running'))
    child.kill('SIGTERM')
    expect((await child).exitCode).toBe(0)
    expect(output).toMatch(said)
    await removeFolder(home)
  })

  it('takes the data folder as a flag, too', async () => {
    await writeFile(join(host.home, 'note'), '')
    const { code } = await execa(process.execPath, [builtCli, 'status', '--data-folder', host.home], {
      reject: false,
    }).then(({ exitCode }) => ({ code: exitCode }))
    expect(code).toBe(0)
  })
})
