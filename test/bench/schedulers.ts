/** Belfry beside the schedulers that others use, at what a scheduler does: be on time, and hold many tasks cheaply. */
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { connect } from '../../electron/cli/connect'
import { definition, storedTasks, usage, withClient, withHost } from './bench-host'
import { installPeers, type Peer } from './peers/install'
import { belfryNext, belfryYear, mixedExpressions } from './planning'
import { median, quantile, row } from './report'

const seconds = 20
const atOnce = 1000
const many = 10_000
const rounds = 3
/** Ms that what a start leaves behind gets to be let go: the last of it went 50 s after. */
const settling = 60_000
const idleFor = 60_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Distinct, and none due for months. */
function distinctExpressions(count: number): string[] {
  const month = ((new Date().getUTCMonth() + 4) % 12) + 1
  return Array.from(
    { length: count },
    (_, index) => `${index % 60} ${Math.floor(index / 60) % 24} ${Math.floor(index / 1440) + 1} ${month} *`,
  )
}

/** Every day at the second that comes `ms` from now. */
function secondAhead(ms: number): { readonly at: number; readonly expression: string } {
  const at = Math.ceil((Date.now() + ms) / 1000) * 1000
  const date = new Date(at)
  return { at, expression: `${date.getUTCSeconds()} ${date.getUTCMinutes()} ${date.getUTCHours()} * * *` }
}

export async function compareSchedulers(): Promise<void> {
  const peers = await installPeers()
  await compare(
    'one task every second, lateness p50',
    peers,
    belfryEverySecond,
    ['every-second', String(seconds)],
    ms(1),
  )
  await compare(`${atOnce} in one second, decision p99`, peers, belfryAtOnce, ['at-once', String(atOnce)], ms(0))
  await compare(
    `arming ${many} distinct at start`,
    peers,
    belfryArming,
    ['arm', JSON.stringify(distinctExpressions(many))],
    ms(0),
  )
  await compareHolding(peers)
  await comparePlanning(peers)
}

const ms =
  (digits: number) =>
  (value: number): string =>
    `${value.toFixed(digits)} ms`

async function compare(
  what: string,
  peers: readonly Peer[],
  own: () => Promise<number>,
  args: readonly string[],
  print: (value: number) => string,
): Promise<void> {
  row(what, print(await own()), 'Belfry')
  for (const peer of peers) {
    const values: number[] = []
    for (let round = 0; round < (args[0] === 'arm' ? rounds : 1); round++) values.push(await ask(peer, args))
    row('', print(median(values)), peer.name)
  }
}

/** What the command line answers about the future. */
async function comparePlanning(peers: readonly Peer[]): Promise<void> {
  row('simulate a year of 1000 tasks', `${((await belfryYear()) / 1000).toFixed(1)} s`, 'Belfry')
  const expressions = mixedExpressions()
  row('next --json-lines, 100 distinct', `${(await belfryNext(expressions)).toFixed(0)} /s`, 'Belfry, whole command')
  for (const peer of peers.filter(({ name }) => name.startsWith('croner')))
    row(
      '',
      `${(await ask(peer, ['next', JSON.stringify(expressions)])).toFixed(0)} /s`,
      `${peer.name}, without its start`,
    )
}

async function belfryEverySecond(): Promise<number> {
  let late = Number.NaN
  await withHost((host) =>
    withClient(host, async (client, follow) => {
      const ended = follow(seconds)
      await client.tasks.create(definition('every second', [{ kind: 'cron', expression: '* * * * * *' }]))
      late = median((await ended).map((run) => Date.parse(run.createdAt) - Date.parse(run.scheduledAt ?? '')))
    }),
  )
  return late
}

async function belfryAtOnce(): Promise<number> {
  const { expression } = secondAhead(15_000)
  const tasks = storedTasks(Array.from({ length: atOnce }, () => expression)).map((task) => ({
    ...task,
    triggers: [{ kind: 'cron', expression, timezone: 'UTC' } as const],
  }))
  let late = Number.NaN
  await withHost(
    (host) =>
      withClient(host, async (_client, follow) => {
        const runs = await follow(atOnce)
        const all = runs.map((run) => Date.parse(run.createdAt) - Date.parse(run.scheduledAt ?? ''))
        late = quantile(all, 0.99)
      }),
    tasks,
  )
  return late
}

/** What a start takes longer for so many tasks than for none, until each has its next instant. */
async function belfryArming(): Promise<number> {
  const took = async (count: number): Promise<number> => {
    const values: number[] = []
    for (let round = 0; round < rounds; round++) {
      await withHost(
        async (host, started) => {
          const before = performance.now()
          const { client, close } = await connect(host.home, 'belfry serve')
          // Those that come equally often are planned in their order.
          if (count === 0) await client.system.status()
          else while ((await client.tasks.get({ id: `bench-${count - 1}` })).nextAt === null) await pause(5)
          values.push(started + performance.now() - before)
          await close()
        },
        storedTasks(distinctExpressions(count)),
      )
    }
    return median(values)
  }
  return (await took(many)) - (await took(0))
}

interface Held {
  readonly memory: number
  /** Percent of a core. */
  readonly cpu: number
}

async function held(pid: number): Promise<Held> {
  await pause(settling)
  const before = usage(pid)
  await pause(idleFor)
  const { memory, cpu } = usage(pid)
  return { memory, cpu: ((cpu - before.cpu) / idleFor) * 100 }
}

/** Memory over that of the same thing without tasks, and what it costs to wait. All of them wait side by side. */
async function compareHolding(peers: readonly Peer[]): Promise<void> {
  const names = ['Belfry', ...peers.map(({ name }) => name)]
  const of = (count: number): Promise<Held[]> =>
    Promise.all([belfryHolding(count), ...peers.map((peer) => holding(peer, count))])
  const [empty, full] = [await of(0), await of(many)]
  for (const [index, name] of names.entries()) {
    const more = (full[index]?.memory ?? Number.NaN) - (empty[index]?.memory ?? Number.NaN)
    row(index === 0 ? `memory of them, over none` : '', `${more.toFixed(0)} MiB`, name)
  }
  for (const [index, name] of names.entries())
    row(index === 0 ? 'idle CPU with them, none due' : '', `${full[index]?.cpu.toFixed(2) ?? '?'} % of a core`, name)
}

async function belfryHolding(count: number): Promise<Held> {
  const figures: Held[] = []
  await withHost(async ({ pid }) => void figures.push(await held(pid)), storedTasks(distinctExpressions(count)))
  return figures[0] ?? { memory: Number.NaN, cpu: Number.NaN }
}

async function holding(peer: Peer, count: number): Promise<Held> {
  const child = start(peer, ['hold', JSON.stringify(distinctExpressions(count))])
  try {
    await once(createInterface(child.stdout), 'line')
    return await held(child.pid ?? 0)
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

/** @param args the scenario, and what it takes on standard input */
function start({ command, folder }: Peer, [scenario = '', argument = '']: readonly string[]) {
  const [program = '', ...rest] = command
  const child = spawn(program, [...rest, scenario], {
    cwd: folder,
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(argument)
  return child
}

async function ask(peer: Peer, args: readonly string[]): Promise<number> {
  const child = start(peer, args)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  child.kill('SIGKILL')
  await once(child, 'exit')
  return Number(line)
}
