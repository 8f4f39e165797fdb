/** simulate: what the whole schedule would do between two instants. */
import type { Command } from 'commander'
import { BelfryError } from '@shared/errors'
import type { SimulatedCounts, Simulation } from '@shared/model/schedule'
import { machineTimeZone } from '@shared/schedule/zone'
import type { Cli } from '../cli'
import { exact, took } from '../format'
import { readInstant } from '../instants'
import { collect } from '../pairs'
import { table, type Column } from '../table'
import { write, type Terminal } from '../terminal'

interface SimulateOptions {
  readonly from?: string
  readonly until: string
  readonly asleep?: string[]
  readonly limit?: string
}

export function addSimulateCommand(program: Command, cli: Cli): void {
  program
    .command('simulate')
    .description('what the whole schedule would do between two instants; nothing runs')
    .option('--from <instant>', 'inclusive, as 2027-01-01T00:00:00Z or 2027-01-01 00:00 (default: now)')
    .requiredOption('--until <instant>', 'exclusive, at most 10 years later')
    .option('--asleep <from/until>', 'while the machine is taken to sleep; may be given several times', collect)
    .option('--limit <number>', 'list so many of the first events, up to 10000 (default: 0)')
    .action((options: SimulateOptions, command: Command) => {
      const now = cli.terminal.now()
      const zone = machineTimeZone()
      const read = (text: string, field: string): string => readInstant(text, zone, now, field)
      const input = {
        from: options.from === undefined ? new Date(now).toISOString() : read(options.from, 'from'),
        until: read(options.until, 'until'),
        asleep: (options.asleep ?? []).map((span, index) => spanOf(span, `asleep.${index}`, read)),
        ...(options.limit === undefined ? {} : { limit: Number(options.limit) }),
      }
      return cli.withHost(command, async (client) => {
        const answer = await withElapsed(cli.terminal, 'simulating', client.schedule.simulate(input))
        await cli.answer(command, answer, (shown) => simulationText(shown, cli.terminal))
      })
    })
}

function spanOf(text: string, field: string, read: (text: string, field: string) => string) {
  const [from, until, ...rest] = text.split('/')
  if (from === undefined || until === undefined || rest.length > 0)
    throw new BelfryError('INVALID', `"${text}" is not FROM/UNTIL, as 2027-01-01T22:00Z/2027-01-02T06:00Z`, { field })
  return { from: read(from, `${field}.from`), until: read(until, `${field}.until`) }
}

/** On a terminal, after a second: how long it has taken, until it is over. */
async function withElapsed<T>({ stderr }: Terminal, what: string, work: Promise<T>): Promise<T> {
  if (!stderr.isTTY) return work
  const began = performance.now()
  let shown = false
  const tick = setInterval(() => {
    shown = true
    void write(stderr, `\r${what} … ${took(Math.round((performance.now() - began) / 1000) * 1000)}`)
  }, 1000)
  try {
    return await work
  } finally {
    clearInterval(tick)
    // Back to the beginning of the line, and nothing on it.
    if (shown) await write(stderr, '\r\u001B[K')
  }
}

const states: readonly (keyof SimulatedCounts)[] = [
  ...(['ran', 'ranLate', 'coalesced', 'missed', 'skipped', 'paused', 'open'] as const),
]
const titles: Readonly<Record<keyof SimulatedCounts, string>> = {
  ran: 'RAN',
  ranLate: 'LATE',
  coalesced: 'COALESCED',
  missed: 'MISSED',
  skipped: 'SKIPPED',
  paused: 'PAUSED',
  open: 'OPEN',
}

function simulationText({ from, until, total, tasks, busiest, items }: Simulation, { stdout }: Terminal): string {
  const coming = tasks.filter(({ first }) => first !== null)
  // A state that nothing is in needs no column.
  const shown = states.filter((state) => state === 'ran' || total[state] > 0)
  const countsOf = (counts: SimulatedCounts): string[] => shown.map((state) => String(counts[state]))
  const columns: Column[] = [
    { title: 'TASK', flexible: true },
    ...shown.map((state) => ({ title: titles[state], right: true })),
    { title: 'LASTS', right: true },
    { title: 'FIRST' },
    { title: 'WHY', flexible: true },
  ]
  const rows = coming.map((task) => [
    task.taskName,
    ...countsOf(task),
    took(task.duration),
    task.first === null ? '' : exact(task.first),
    Object.entries(task.reasons)
      .map(([reason, count]) => `${reason.replace('_', ' ')} ${count}`)
      .join(', '),
  ])
  const lines = [`From ${exact(from)} until ${exact(until)}:`]
  if (coming.length === 0) lines.push('Nothing would come.')
  else lines.push(table(columns, [...rows, ['all of them', ...countsOf(total), '', '', '']], stdout.columns))
  const others = tasks.length - coming.length
  if (others > 0 && coming.length > 0)
    lines.push(`${others} other ${others === 1 ? 'task would' : 'tasks would'} not come.`)
  if (busiest) lines.push(`At most ${busiest.running} at once, first at ${exact(busiest.at)}.`)
  if (items.length > 0) lines.push('', eventTable(items))
  return lines.join('\n')
}

function eventTable(items: Simulation['items']): string {
  return table(
    [{ title: 'TIME' }, { title: 'UTC' }, { title: 'STATE' }, { title: 'TASK' }],
    items.map(({ at, taskName, state, reason, count }) => [
      exact(at),
      at,
      [
        state.replace('_', ' '),
        ...(reason === null ? [] : [`(${reason.replace('_', ' ')})`]),
        ...(count > 1 ? [`× ${count}`] : []),
      ].join(' '),
      taskName,
    ]),
  )
}
