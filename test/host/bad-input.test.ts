/** Each bad input gets its clear error, nothing else changes, nothing crashes. */
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run } from '@shared/model/run'
import type { SystemStatus } from '@shared/model/system'
import type { TaskView } from '@shared/model/task'
import { connect as connectHost, type Connection } from '../../electron/cli/connect'
import { belfry, belfryJson, removeFolder, startHost, temporaryFolder, type TestHost } from '../support/host'

describe('a host', () => {
  let host: TestHost
  let connection: Connection
  let before: unknown
  const tasks = () => connection.client.tasks.list()
  beforeAll(async () => {
    host = await startHost()
    connection = await connectHost(host.home, 'belfry serve')
    await host.json(['add', '--name', 'there', '--command', 'true'])
    before = await tasks()
  })
  afterAll(async () => {
    await connection.close()
    expect(await host.stop()).toEqual({ code: 0, signal: null })
    await removeFolder(host.home)
  })

  const add = (...args: string[]) => ['add', '--name', 'bad', '--command', 'true', ...args]
  it.each<[string, string[], RegExp]>([
    ['an unknown task', ['run', 'nowhere'], /^NOT_FOUND: .*nowhere.* \(id\)\n$/],
    ['an unknown run', ['cancel', '01J00000000000000000000000'], /^NOT_FOUND: .*\n$/],
    ['an unknown task’s runs', ['runs', '--task', 'nowhere'], /^NOT_FOUND: .*nowhere.*\n$/],
    ['an invalid expression', add('--cron', '61 * * * *'), /^INVALID: .*61.* \(triggers\.0\.expression\)\n$/],
    ['four fields', add('--cron', '* * * *'), /^INVALID: .*4 fields.* \(triggers\.0\.expression\)\n$/],
    [
      'a date that never comes',
      add('--cron', '0 0 30 2 *'),
      /^INVALID: .*never comes.* \(triggers\.0\.expression\)\n$/,
    ],
    [
      'an unknown zone',
      add('--cron', '0 0 * * *', '--timezone', 'Mars/Olympus'),
      /^INVALID: "Mars\/Olympus".* \(triggers\.0\.timezone\)\n$/,
    ],
    ['an interval below a second', add('--every', '10ms'), /^INVALID: .*1s.* \(triggers\.0\.every\)\n$/],
    ['no duration', add('--timeout', 'soon'), /^INVALID: .*soon.* \(policy\.timeout\)\n$/],
    ['no date', add('--at', '2027-02-30T10:00'), /^INVALID: .* \(triggers\.0\.at\)\n$/],
    [
      'an exit code that is none',
      add('--success-exit-codes', '0,x'),
      /^INVALID: .* \(action\.successExitCodes\.1\)\n$/,
    ],
    [
      'a name that would break a line',
      ['add', '--name', 'red\u001b[31m\nnew', '--command', 'true'],
      /^INVALID: must not have line breaks or control characters \(name\)\n$/,
    ],
    ['a task to follow that is not there', add('--after', 'nope'), /^NOT_FOUND: .*"nope" \(--after\)\n$/],
    [
      'a word for a date',
      add('--at', 'tomorrow'),
      /^INVALID: is not an instant .* or a local time .* \(triggers\.0\.at\)\n$/,
    ],
    ['an empty expression for next', ['next', ''], /^INVALID: the expression is empty \(expression\)\n$/],
    [
      'an expression of 10,009 characters for next',
      ['next', `${'0,'.repeat(5000)}0 * * * *`],
      /^INVALID: the expression has more than 1000 characters \(expression\)\n$/,
    ],
    [
      'a name without letters',
      ['add', '--name', ' ', '--command', 'true'],
      /^INVALID: a task needs a name \(name\)\n$/,
    ],
    [
      'an empty command',
      ['add', '--name', 'bad', '--command', ' '],
      /^INVALID: the command is empty \(action\.command\)\n$/,
    ],
    [
      'a change that breaks the rules',
      ['edit', 'there', '--cron', 'x'],
      /^INVALID: .* \(change\.triggers\.0\.expression\)\n$/,
    ],
    ['a page of runs without end', ['runs', '--limit', '100000'], /^INVALID: .* \(limit\)\n$/],
    [
      'a missing crontab',
      ['import', '--from', 'crontab', '/nowhere/crontab'],
      /^NOT_FOUND: .*\/nowhere\/crontab.* \(file\)\n$/,
    ],
    ['twice each job at a time', ['import', '--from', 'system', '--enable'], /^\w+: .*replace.*\n$/],
  ])('answers %s with its error and changes nothing', async (_name, args, message) => {
    const { code, stdout, stderr } = await host.belfry(args)
    expect(stderr).toMatch(message)
    expect([code, stdout]).toEqual([1, ''])
    expect(await tasks()).toEqual(before)
  })

  it.each<[string, string[], object]>([
    [
      'a missing working folder',
      ['--command', 'true', '--cwd', '/nowhere/at/all'],
      { exitCode: null, error: { code: 'CWD' } },
    ],
    ['a program that does not exist', ['--', '/nowhere/program'], { error: { code: 'NOT_FOUND' } }],
    ['a word that the shell does not know', ['--command', 'nosuchcommand-belfry'], { exitCode: 127 }],
    ['a file that is not executable', ['--', '/etc/passwd'], { error: { code: 'NOT_EXECUTABLE' } }],
  ])('records a run with %s as failed, with the reason', async (name, args, expected) => {
    await host.json(['add', '--name', name, ...args])
    const { code, stdout } = await host.belfry(['run', name, '--wait', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'failed',
      ...expected,
      error: { message: expect.stringMatching(/\w/) as string },
    })
    await host.json(['rm', name])
  })

  it.each(['the page’s port', 'the control socket'])('survives garbage on %s', async (where) => {
    const to =
      where === 'the control socket'
        ? { path: join(host.home, 'belfry.sock') }
        : { port: Number(new URL(host.url).port), host: '127.0.0.1' }
    for (const garbage of [
      '\0\x01\x02',
      'GET',
      'GET / HTTP/9.9\r\n\r\n',
      'POST /api/tasks HTTP/1.1\r\ncontent-length: -5\r\n\r\n',
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(to, () => socket.end(garbage))
        socket.on('error', () => resolve()).on('close', () => resolve())
        socket.resume()
      })
    }
    expect(await host.json<SystemStatus>(['status'])).toMatchObject({ state: 'running' })
  })

  it('lets a browser in once, and answers garbage of a page that is in', async () => {
    const { origin } = new URL(host.url)
    const entered = await fetch(host.url, { redirect: 'manual' })
    expect(entered.status).toBe(303)
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await fetch(host.url, { redirect: 'manual' })).status).toBe(401)
    expect(await (await fetch(origin, { headers: { cookie } })).text()).toContain('<div id="app"')
    const post = (body: string, type = 'application/json') =>
      fetch(`${origin}/api/tasks`, { method: 'POST', body, headers: { cookie, 'content-type': type } }).then(
        async (answer) => [answer.status, ((await answer.json()) as { code: string }).code],
      )
    expect(await post('[[[')).toEqual([400, 'INVALID'])
    expect(await post('{"name": 5}')).toEqual([422, 'INVALID'])
    expect(await post('{}', 'text/plain')).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
    expect(await tasks()).toEqual(before)
  })

  it('gives further ways in by belfry open', async () => {
    const { url } = await host.json<{ url: string }>(['open'])
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303)
    expect((await host.belfry(['open'])).stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/)
  })
})

describe('a data folder', () => {
  it('with a corrupt tasks.json gives the last good copy, keeps the bad one and tells the operator', async () => {
    let host = await startHost()
    for (const name of ['first', 'second']) await host.json(['add', '--name', name, '--command', 'true'])
    await host.stop()
    const file = join(host.home, 'tasks.json')
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, -40))

    host = await startHost({ home: host.home })
    const { items } = await host.json<{ items: TaskView[] }>(['ls'])
    expect(items.map(({ name }) => name)).toContain('first')
    const { warnings } = await host.json<SystemStatus>(['status'])
    expect(warnings.map(({ message }) => message).join('\n')).toContain('tasks.json')
    expect(await readdir(join(host.home, 'quarantine'))).toEqual([expect.stringContaining('tasks.json')])
    await host.stop()
    await removeFolder(host.home)
  })

  it.each([
    ['that others may read', async (folder: string) => chmod(folder, 0o755), /^FORBIDDEN: .*chmod 700/],
    ['that is a file', async (folder: string) => writeFile(join(folder, 'file'), ''), /^INVALID: .*not a folder/],
  ])('%s is refused with 78 and what to do', async (_name, spoil, message) => {
    const folder = await temporaryFolder()
    await spoil(folder)
    const home = (await readdir(folder)).includes('file') ? join(folder, 'file') : folder
    const { code, stderr } = await belfry(home, ['serve', '--port', '0'])
    expect(code).toBe(78)
    expect(stderr).toMatch(message)
    await removeFolder(folder)
  })

  it('that is far down a long path still has a command line', async () => {
    const folder = await temporaryFolder()
    const home = join(folder, 'x'.repeat(100))
    const host = await startHost({ home })
    const made = await belfryJson<TaskView>(home, ['add', '--name', 'a', '--command', 'echo hi'])
    expect(await belfryJson<Run>(home, ['run', made.id, '--wait'])).toMatchObject({ status: 'succeeded' })
    await host.stop()
    await removeFolder(folder)
  })

  it('whose port is taken is told so, with 69', async () => {
    const host = await startHost()
    const other = await temporaryFolder()
    const { code, stderr } = await belfry(other, ['serve', '--port', new URL(host.url).port])
    expect(code).toBe(69)
    expect(stderr).toMatch(/^UNAVAILABLE: port \d+ cannot be opened: something else listens there \(port\)\n$/)
    await host.stop()
    await Promise.all([host.home, other].map(removeFolder))
  })
})
