/** `--json` prints exactly what the procedure answered on the socket: nothing added, left out or put otherwise. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Connection } from '../../electron/cli/connect'
import { belfry, removeFolder, startHost, type TestHost } from '../support/host'
import { overhear, type OverheardHost } from '../support/overheard-host'

let host: TestHost
let connection: Connection
let overheard: OverheardHost
beforeAll(async () => {
  host = await startHost()
  connection = await connect(host.home, 'belfry serve')
  const { tasks } = connection.client
  const long = await tasks.create({ name: 'long', action: { kind: 'command', command: 'sleep 60' } })
  await tasks.run({ id: long.id })
  await tasks.create({ name: 'gone', action: { kind: 'command', command: 'true' } })
  const quick = await tasks.create({ name: 'quick', action: { kind: 'command', command: 'echo said' } })
  const { id } = await tasks.run({ id: quick.id })
  for await (const event of await connection.client.runs.follow({ id })) if (event.type === 'end') break
  await writeFile(join(host.home, 'crontab'), '0 5 * * * echo daily\n61 * * * * never\n')
  overheard = await overhear(host.home)
})
afterAll(async () => {
  await overheard.close()
  await connection.close()
  expect(await host.stop()).toEqual({ code: 0, signal: null })
  await removeFolder(host.home)
})

// In this order on one host: each begins with what those before it left.
describe('--json', () => {
  it.each<[string, (home: string) => string[], string]>([
    ['status', () => ['status'], 'GET /api/system/status'],
    ['ls', () => ['ls'], 'GET /api/tasks'],
    ['add', () => ['add', '--name', 'a', '--command', 'true', '--every', '1h'], 'POST /api/tasks'],
    ['show', () => ['show', 'a'], 'GET /api/tasks/a'],
    ['edit', () => ['edit', 'a', '--timeout', '2m', '--tag', 't'], 'PATCH /api/tasks/:id'],
    ['disable', () => ['disable', 'a'], 'POST /api/tasks/a/disable'],
    ['enable', () => ['enable', 'a'], 'POST /api/tasks/a/enable'],
    ['pause', () => ['pause', 'a', '--for', '2h'], 'POST /api/tasks/a/pause'],
    ['resume', () => ['resume', 'a'], 'POST /api/tasks/a/resume'],
    ['pause --all', () => ['pause', '--all', '--until', '2099-01-01T00:00:00Z'], 'POST /api/system/pause'],
    ['run', () => ['run', 'a'], 'POST /api/tasks/a/run'],
    ['resume --all', () => ['resume', '--all'], 'POST /api/system/resume'],
    ['import --dry-run', (home) => [...fromCrontab(home), '--dry-run'], 'POST /api/import/crontab'],
    ['import', (home) => fromCrontab(home), 'POST /api/import/crontab'],
    ['import again', (home) => [...fromCrontab(home), '--enable'], 'POST /api/import/crontab'],
    ['import from system', () => ['import', '--from', 'system', '--dry-run'], 'POST /api/import/system'],
    ['next', () => ['next', 'a'], 'POST /api/schedule/preview'],
    ['runs', () => ['runs', '--task', 'quick'], 'GET /api/runs?limit=50&task=quick'],
    ['logs', () => ['logs', 'quick'], 'GET /api/runs/:id/log'],
    ['cancel', () => ['cancel', 'long'], 'POST /api/runs/:id/cancel'],
    ['rm', () => ['rm', 'gone'], 'DELETE /api/tasks/gone'],
    ['open', () => ['open'], 'POST /api/system/open'],
  ])('%s', async (_name, args, asked) => {
    overheard.take()
    const { code, stdout, stderr } = await belfry(overheard.home, ['--json', ...args(host.home)])
    expect([code, stderr]).toEqual([0, ''])
    const last = overheard.take().at(-1)
    expect(last?.status).toBeLessThan(300)
    expect(last?.asked.replace(/[0-7][0-9A-HJKMNP-TV-Z]{25}/, ':id')).toBe(asked)
    expect(stdout).toBe(`${last?.body}\n`)
  })

  it('and what it printed is how things are', async () => {
    const { items } = await connection.client.tasks.list()
    expect(items.map(({ name, enabled, tags }) => [name, enabled, tags])).toEqual([
      ['a', true, ['t']],
      ['echo daily', false, []],
      ['long', true, []],
      ['quick', true, []],
    ])
  })
})

const fromCrontab = (home: string): string[] => ['import', '--from', 'crontab', join(home, 'crontab')]
