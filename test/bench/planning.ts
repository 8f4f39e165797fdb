/** What the command line tells of the future: a whole year, and a file of expressions. */
import type { Task } from '@shared/model/task'
import { belfry } from '../support/host'
import { storedTasks, withHost } from './bench-host'

const tasks = 1000
const lines = 100_000
const distinct = 100

/** Ms that `belfry simulate` takes for a year of 1,000 tasks, as operators have them. */
export async function belfryYear(): Promise<number> {
  let took = Number.NaN
  await withHost(async ({ home }) => {
    const before = performance.now()
    const span = ['--from', '2027-01-01T00:00:00Z', '--until', '2028-01-01T00:00:00Z']
    const { code, stderr } = await belfry(home, ['simulate', ...span], { limitMs: 600_000 })
    if (code !== 0) throw new Error(`belfry simulate: ${stderr}`)
    took = performance.now() - before
  }, ordinaryTasks())
  return took
}

/** Hourly ones, nightly ones at the same minute, and of each thing that is special some. */
function ordinaryTasks(): Task[] {
  const expressions = Array.from({ length: tasks }, (_, index) =>
    index % 4 === 0 ? `${index % 60} ${index % 6} * * *` : `${index % 60} * * * *`,
  )
  return storedTasks(expressions).map((task, index) => {
    const { triggers, policy } = task
    switch (index % 20) {
      case 1:
        return { ...task, policy: { ...policy, jitter: 30_000 } }
      case 2:
        return { ...task, policy: { ...policy, rateLimit: { max: 1, per: 7_200_000 } } }
      case 3:
        return { ...task, triggers: [{ kind: 'interval', every: 3_600_000 + index * 1000, mode: 'fixed-delay' }] }
      case 5:
        return { ...task, triggers: [{ kind: 'interval', every: 420_000, mode: 'fixed-rate', anchor: made(index) }] }
      case 6:
        return { ...task, triggers: [...triggers, { kind: 'resume', delay: 0 }] }
      case 7:
        return { ...task, policy: { ...policy, active: [{ times: { from: '08:00', until: '18:00' } }] } }
      default:
        return task
    }
  })
}

/** Nobody makes them all in one second. */
function made(index: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, index * 11)).toISOString()
}

/** A line for each, a hundred distinct ones in turn. */
export function mixedExpressions(): string[] {
  return Array.from({ length: lines }, (_, line) => {
    const index = line % distinct
    const kinds = [
      `${index % 60} ${index % 24} * * *`,
      `${index % 60} */${2 + (index % 7)} * * *`,
      `${index % 60} 4 * * ${index % 7}`,
    ]
    return `${kinds[index % kinds.length]}`
  })
}

/** Instants per second, with the command's own start. */
export async function belfryNext(expressions: readonly string[]): Promise<number> {
  const stdin = expressions
    .map((expression) => `${JSON.stringify({ expression, timezone: 'UTC', from: '2027-01-01T00:00:00Z', count: 1 })}\n`)
    .join('')
  const before = performance.now()
  const { code, stdout, stderr } = await belfry('', ['next', '--json-lines'], { stdin })
  const took = performance.now() - before
  const answers = stdout.trimEnd().split('\n').length
  if (code !== 0 || answers !== expressions.length) throw new Error(`belfry next: ${answers} answers; ${stderr}`)
  return answers / (took / 1000)
}
