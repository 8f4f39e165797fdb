/** The same schedule in the words of croniter, APScheduler and systemd, and what they make of it. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import fc from 'fast-check'
import { expect, type TestContext } from 'vitest'
import { projectRoot } from './paths'

const text = (at: number): string => new Date(at).toISOString().slice(0, 16)

/** One part of a field, and how each of them writes it. */
export type Part = 'any' | { readonly from: number; readonly to: number; readonly step: number }
export interface Fields {
  readonly minute: readonly Part[]
  readonly hour: readonly Part[]
  readonly day: readonly Part[]
  readonly month: readonly Part[]
  readonly weekday: readonly Part[]
}
export interface Question {
  readonly fields: Fields
  readonly zone: string
  /** Ms. */
  readonly from: number
  readonly until: number
}

/** Answers to a question, at most. */
export const mostAnswers = 60
const python = '/usr/bin/python3'
const run = (file: string, args: readonly string[], input = '') =>
  spawnSync(file, args, {
    input,
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    maxBuffer: 1 << 28,
  })

/** Undefined where it is not installed. */
export function releaseOf(whom: 'croniter' | 'apscheduler' | 'systemd'): string | undefined {
  return whom === 'systemd' ? /\d+/.exec(run('systemd-analyze', ['--version']).stdout)?.[0] : pythonRelease(whom)
}

/** Undefined where Debian's Python has no such module. */
function pythonRelease(module: string): string | undefined {
  const { status, stdout } = run(python, ['-c', `import importlib.metadata as m; print(m.version("${module}"))`])
  return status === 0 ? stdout.trim() : undefined
}

/** Of an expression without names. */
export function fieldsOf(expression: string): Fields {
  const [m = '', h = '', d = '', month = '', weekday = ''] = expression.split(' ')
  const parts = (field: string): Part[] =>
    field.split(',').map((part) => {
      const [, first, last, step] = /^(\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part) ?? []
      if (first === undefined) return 'any'
      return { from: Number(first), to: Number(last ?? first), step: Number(step ?? 1) }
    })
  return { minute: parts(m), hour: parts(h), day: parts(d), month: parts(month), weekday: parts(weekday) }
}

export const isAny = (field: readonly Part[]): boolean => field.length === 1 && field[0] === 'any'

export function cronText({ minute: m, hour: h, day: d, month, weekday }: Fields): string {
  return [m, h, d, month, weekday].map((field) => field.map(cronPart).join(',')).join(' ')
}

function cronPart(part: Part): string {
  if (part === 'any') return '*'
  const { from, to, step } = part
  return from === to ? String(from) : `${from}-${to}${step === 1 ? '' : `/${step}`}`
}

const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const weekdayText = (field: readonly Part[]): string =>
  field.map((part) => (part === 'any' ? '*' : weekdayNames[part.from])).join(',')

/** What they find, or why not. The test is skipped where Debian's packages are not installed. */
export function askPython(
  context: TestContext,
  questions: readonly Question[],
  whom: 'croniter' | 'apscheduler',
): (number[] | string)[] {
  if (['croniter', 'apscheduler', 'pytz'].some((module) => pythonRelease(module) === undefined))
    context.skip("Debian's python3-croniter and python3-apscheduler are not installed")
  const lines = questions.map(({ fields, zone, from, until }) =>
    JSON.stringify({
      whom,
      zone,
      from: from / 1000,
      until: until / 1000,
      most: mostAnswers,
      croniter: cronText(fields),
      apscheduler: {
        second: '0',
        minute: fields.minute.map(cronPart).join(','),
        hour: fields.hour.map(cronPart).join(','),
        day: fields.day.map(cronPart).join(','),
        month: fields.month.map(cronPart).join(','),
        day_of_week: weekdayText(fields.weekday),
      },
    }),
  )
  const script = path.join(projectRoot, 'test/support/other-schedulers.py')
  const { status, stdout, stderr } = run(python, ['-W', 'ignore', script], lines.join('\n'))
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const answer = JSON.parse(line) as number[] | string
      return typeof answer === 'string' ? answer : answer.map((at) => at * 1000)
    })
}

/** systemd's calendar events say the same in other words. */
export function askSystemd(context: TestContext, questions: readonly Question[]): number[][] {
  if (run('systemd-analyze', ['--version']).status !== 0) context.skip('systemd-analyze is not installed')
  const part = (one: Part): string => {
    if (one === 'any') return '*'
    return one.from === one.to ? String(one.from) : `${one.from}..${one.to}${one.step === 1 ? '' : `/${one.step}`}`
  }
  const list = (field: readonly Part[]): string => field.map(part).join(',')
  const answers = new Map<Question, number[]>()
  for (const begin of new Set(questions.map(({ from }) => from))) {
    const asked = questions.filter(({ from }) => from === begin)
    const events = asked.map(({ fields, zone }) => {
      const week = isAny(fields.weekday) ? '' : `${weekdayText(fields.weekday)} `
      return `${week}*-${list(fields.month)}-${list(fields.day)} ${list(fields.hour)}:${list(fields.minute)}:00 ${zone}`
    })
    const base = `--base-time=${text(begin).replace('T', ' ')}:00 UTC`
    const { stdout, stderr } = run('systemd-analyze', ['calendar', `--iterations=${mostAnswers}`, base, ...events])
    expect(stderr).toBe('')
    for (const [index, block] of stdout.split(/\n\n(?= *(?:Original|Normalized) form)/).entries()) {
      const one = asked[index]
      if (one === undefined) continue
      const found = [...block.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+) (\S+) UTC/g)]
      answers.set(
        one,
        found.map(([, date, time]) => Date.parse(`${date}T${time}Z`)).filter((at) => at <= one.until),
      )
    }
  }
  return questions.map((one) => answers.get(one) ?? [])
}

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'Asia/Kolkata',
  'Pacific/Chatham',
  'America/St_Johns',
]
/** Few, so that one process can answer for all that begin at the same instant. */
const begins = [
  '2023-01-01T00:00Z',
  '2023-05-14T11:07Z',
  '2023-09-29T23:59Z',
  '2024-02-28T18:30Z',
  '2024-10-20T06:00Z',
].map(Date.parse)

/** Any schedule that all of them can say, with a stretch of 200 days. */
export function question(): fc.Arbitrary<Question> {
  const any: readonly Part[] = ['any']
  const part = (low: number, high: number): fc.Arbitrary<Part> =>
    fc
      .tuple(
        fc.integer({ min: low, max: high }),
        fc.integer({ min: low, max: high }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('one', 'one', 'range', 'step', 'every'),
      )
      .map(([one, other, step, form]) => {
        if (form === 'one') return { from: one, to: one, step: 1 }
        const [from, to] = form === 'every' ? [low, high] : [Math.min(one, other), Math.max(one, other)]
        return { from, to, step: form === 'range' ? 1 : Math.max(1, Math.min(step, to - from)) }
      })
  const field = (low: number, high: number, open: number): fc.Arbitrary<readonly Part[]> =>
    fc.oneof(
      { weight: open, arbitrary: fc.constant(any) },
      { weight: 3, arbitrary: fc.array(part(low, high), { minLength: 1, maxLength: 3 }) },
    )
  const single = (low: number, high: number): fc.Arbitrary<readonly Part[]> =>
    fc.array(
      fc.integer({ min: low, max: high }).map((one) => ({ from: one, to: one, step: 1 })),
      { minLength: 1, maxLength: 3 },
    )
  return fc
    .tuple(
      fc.record({
        minute: field(0, 59, 1),
        hour: field(0, 23, 2),
        day: field(1, 31, 6),
        month: field(1, 12, 6),
        weekday: fc.oneof({ weight: 2, arbitrary: fc.constant(any) }, { weight: 1, arbitrary: single(0, 6) }),
      }),
      fc.constantFrom(...zones),
      fc.constantFrom(...begins),
    )
    .map(([fields, zone, from]) => ({ fields, zone, from, until: from + 200 * 86_400_000 }))
}
