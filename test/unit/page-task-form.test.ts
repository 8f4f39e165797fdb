import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../shared/model/common'
import { taskDefinition, type TaskDefinition } from '../../shared/model/task'
import { timeWindow } from '../../shared/model/time-window'
import { factChanges, type ComparableFact } from '../../renderer/src/lib/fact-changes'
import { parameterText, readParameter } from '../../renderer/src/lib/parameter-text'
import { newKey } from '../../renderer/src/lib/keyed'
import { blankWindow, type WindowForm } from '../../renderer/src/lib/policy-form'
import { blankForm, checkForm, errorAt, formOf, inputOf, type TaskForm } from '../../renderer/src/lib/task-form'
import type { TriggerForm } from '../../renderer/src/lib/trigger-form'

const definition = (more: object = {}): TaskDefinition =>
  taskDefinition.parse({ name: 'Backup', action: { kind: 'command', command: 'tar c /' }, ...more })
const form = (more: Partial<TaskForm> = {}): TaskForm => ({ ...formOf(definition()), ...more })
const windowOf = (more: Partial<WindowForm>): WindowForm => ({ ...blankWindow(), ...more })
type Keyless<T> = T extends unknown ? Omit<T, 'key'> : never
const triggerOf = (trigger: Keyless<TriggerForm>): TriggerForm => ({ key: newKey(), ...trigger })
const check = (more: Partial<TaskForm>) => checkForm(form(more), 'twice')

const text = fc.string({ maxLength: 30 }).filter((value) => !value.includes('\0'))
const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/)
const between = (min: string, max: string) =>
  fc.date({ min: new Date(min), max: new Date(max), noInvalidDate: true }).map((date) => date.toISOString())
const instant = between('2000-01-01', '2100-01-01')
const later = between('2101-01-01', '2200-01-01')
const trigger = fc.oneof(
  fc.record(
    {
      kind: fc.constant('cron'),
      expression: fc.constantFrom('15 2 * * *', '*/5 * * * *', '@daily', '0 9 * * 1#2'),
      timezone: fc.constantFrom('UTC', 'Europe/Berlin'),
      from: instant,
    },
    { requiredKeys: ['kind', 'expression'] },
  ),
  fc.record({ kind: fc.constant('cron'), expression: fc.constant('0 4 * * *'), until: instant }),
  fc.record(
    {
      kind: fc.constant('interval'),
      every: fc.integer({ min: 1000, max: 1e9 }),
      anchor: instant,
      until: later,
      mode: fc.constantFrom('fixed-rate', 'fixed-delay'),
    },
    { requiredKeys: ['kind', 'every'] },
  ),
  fc.record(
    {
      kind: fc.constant('date'),
      at: fc.oneof(instant, fc.constant('2027-12-25T10:00')),
      timezone: fc.constant('Asia/Tokyo'),
    },
    { requiredKeys: ['kind', 'at'] },
  ),
  fc.record({
    kind: fc.constant('startup'),
    on: fc.constantFrom('host', 'boot'),
    delay: fc.integer({ min: 0, max: 1e8 }),
  }),
  fc.constant({ kind: 'manual' }),
  fc.record({ kind: fc.constant('resume'), delay: fc.integer({ min: 0, max: 30 * 86_400_000 }) }),
  fc.record({
    kind: fc.constant('watch'),
    paths: fc.array(fc.constantFrom('~', '~/in box', '/srv/a,b', 'C:\\in'), { minLength: 1, maxLength: 3 }),
    events: fc.uniqueArray(fc.constantFrom('add', 'change', 'remove'), { minLength: 1 }),
    settle: fc.integer({ min: 0, max: 3_600_000 }),
  }),
  fc.record({
    kind: fc.constant('after'),
    tasks: fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/), { minLength: 1, maxLength: 3 }),
    on: fc.constantFrom('success', 'failure', 'finish'),
  }),
)
const dates = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
const window = fc
  .record(
    {
      from: dates,
      until: dates,
      dates: fc.array(dates, { minLength: 1, maxLength: 4 }),
      weekdays: fc.array(fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), {
        minLength: 1,
        maxLength: 7,
      }),
      times: fc.record({ from: clock, until: fc.oneof(clock, fc.constant('24:00')) }),
      timezone: fc.constantFrom('UTC', 'Asia/Tokyo'),
    },
    { requiredKeys: [] },
  )
  .filter((given) => timeWindow.safeParse(given).success)
const policy = fc.record({
  timeout: fc.option(fc.integer({ min: 100, max: 1e9 })),
  killGrace: fc.integer({ min: 0, max: 3_600_000 }),
  misfireGrace: fc.option(fc.integer({ min: 0, max: 1e10 })),
  coalesce: fc.boolean(),
  onMissed: fc.constantFrom('ask', 'run', 'skip'),
  maxInstances: fc.integer({ min: 1, max: 1000 }),
  overlap: fc.constantFrom('skip', 'queue', 'replace'),
  queueLimit: fc.integer({ min: 1, max: 1000 }),
  group: fc.option(fc.stringMatching(/^\w[\w -]{0,10}\w$/)),
  priority: fc.integer({ min: -100, max: 100 }),
  rateLimit: fc.option(
    fc.record({ max: fc.integer({ min: 1, max: 100_000 }), per: fc.integer({ min: 1000, max: 31 * 86_400_000 }) }),
  ),
  jitter: fc.integer({ min: 0, max: 86_400_000 }),
  dst: fc.record({ gap: fc.constantFrom('auto', 'skip', 'shift'), overlap: fc.constantFrom('auto', 'first', 'both') }),
  active: fc.array(window, { maxLength: 3 }),
  blackouts: fc.array(window, { maxLength: 3 }),
})
const definitions = fc
  .record({
    name: fc.stringMatching(/^\w[\w ]{0,20}\w$/),
    description: text,
    notes: text,
    tags: fc.uniqueArray(fc.stringMatching(/^\w{1,10}$/), { maxLength: 4 }),
    enabled: fc.boolean(),
    triggers: fc.array(trigger, { maxLength: 4 }),
    action: fc.record(
      {
        kind: fc.constant('command'),
        command: fc.oneof(fc.constant('echo "a b" | wc'), fc.constant(['printf', '%s', '', 'two words'])),
        cwd: fc.constant('~/ops'),
        env: fc.dictionary(name, text, { minKeys: 1, maxKeys: 4 }),
        stdin: text.filter((value) => value !== ''),
        successExitCodes: fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 4 }),
      },
      { requiredKeys: ['kind', 'command'] },
    ),
    policy,
    parameters: fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
  })
  .map((value) => taskDefinition.parse(JSON.parse(JSON.stringify(value))))

describe('the editor’s form', () => {
  it('gives back every definition as it was, when nothing is touched', () => {
    fc.assert(
      fc.property(definitions, (given) => {
        const { definition: again, errors } = checkForm(formOf(given), 'twice')
        expect([...errors]).toEqual([])
        expect(again).toEqual(given)
      }),
      { numRuns: 300 },
    )
  })

  it.each<[string, Partial<TaskForm>, string]>([
    ['an empty name', { name: '  ' }, 'name'],
    ['an empty command', { line: ' ' }, 'action.command'],
    ['an argument list without a program', { mode: 'list', list: [{ key: 1, value: '' }] }, 'action.command'],
    ['a bad variable', { env: [{ key: 1, name: '1BAD', value: '' }] }, 'action.env.1BAD'],
    ['an exit code that is none', { successExitCodes: '0, x' }, 'action.successExitCodes.1'],
    ['an exit code that is too high', { successExitCodes: '256' }, 'action.successExitCodes.0'],
    ['a timeout that is no duration', { timeout: 'soon' }, 'policy.timeout'],
    ['a grace that is too long', { killGrace: '2h' }, 'policy.killGrace'],
    [
      'a bad expression',
      { triggers: [{ key: 1, kind: 'cron', expression: '60 * * * *', timezone: '', from: '', until: '' }] },
      'triggers.0.expression',
    ],
    [
      'a bad zone',
      { triggers: [{ key: 1, kind: 'cron', expression: '0 * * * *', timezone: 'Mars/Base', from: '', until: '' }] },
      'triggers.0.timezone',
    ],
    [
      'an interval that is too short',
      { triggers: [{ key: 1, kind: 'interval', every: '10ms', mode: 'fixed-rate', anchor: '', until: '' }] },
      'triggers.0.every',
    ],
    [
      'a date that is none',
      { triggers: [{ key: 1, kind: 'date', at: '2027-02-30T10:00', timezone: '' }] },
      'triggers.0.at',
    ],
  ])('names the field of %s', (_, more, path) => {
    const { definition: none, errors } = check(more)
    expect(none).toBeUndefined()
    expect([...errors.keys()]).toEqual([path])
  })

  it.each<[string, Partial<TaskForm>, string, string]>([
    ['a grace that is no duration', { misfireGrace: 'soon' }, 'policy.misfireGrace', 'is not a duration'],
    ['no room for even one run', { maxInstances: '0' }, 'policy.maxInstances', 'from 1 to 1000'],
    ['a number of runs that is none', { maxInstances: 'two' }, 'policy.maxInstances', 'a whole number'],
    ['half a run', { maxInstances: '1.5' }, 'policy.maxInstances', 'a whole number'],
    ['a queue that is too long', { overlap: 'queue', queueLimit: '1001' }, 'policy.queueLimit', 'from 1 to 1000'],
    ['a group’s name that is too long', { group: 'x'.repeat(101) }, 'policy.group', '100'],
    ['a priority out of reach', { priority: '101' }, 'policy.priority', 'from -100 to 100'],
    ['a rate without a span', { rateMax: '4' }, 'policy.rateLimit.per', 'is not a duration'],
    ['a rate without a number', { ratePer: '1h' }, 'policy.rateLimit.max', 'a whole number'],
    ['a jitter of more than a day', { jitter: '25h' }, 'policy.jitter', 'at most 1d'],
    ['a window that says nothing', { blackouts: [blankWindow()] }, 'policy.blackouts.0.from', 'needs a date'],
    [
      'a window that ends before it begins',
      { active: [windowOf({ from: '2027-12-24', until: '2027-12-23' })] },
      'policy.active.0.until',
      'before',
    ],
    [
      'a window of no time',
      { active: [windowOf({ timesFrom: '9', timesUntil: '09:00' })] },
      'policy.active.0.times',
      'must not end',
    ],
    [
      'a time of day that is none',
      { active: [windowOf({ timesFrom: '25:00', timesUntil: '06:00' })] },
      'policy.active.0.times.from',
      'time of day',
    ],
    [
      'a time of day without its end',
      { active: [windowOf({ timesFrom: '09:00' })] },
      'policy.active.0.times.until',
      'time of day',
    ],
    [
      'a date that is not there',
      { blackouts: [windowOf({ dates: '2027-12-24 2027-02-30' })] },
      'policy.blackouts.0.dates.1',
      'no such date',
    ],
    [
      'nothing to watch',
      { triggers: [triggerOf({ kind: 'watch', paths: [''], events: ['add'], settle: '2s' })] },
      'triggers.0.paths',
      'needs a path',
    ],
    [
      'no change to watch for',
      { triggers: [triggerOf({ kind: 'watch', paths: ['~/in'], events: [], settle: '2s' })] },
      'triggers.0.events',
      'needs an event',
    ],
    [
      'a settle time that is too long',
      { triggers: [triggerOf({ kind: 'watch', paths: ['~/in'], events: ['add'], settle: '2h' })] },
      'triggers.0.settle',
      'at most 1h',
    ],
    [
      'no task to come after',
      { triggers: [triggerOf({ kind: 'after', tasks: [], on: 'success' })] },
      'triggers.0.tasks',
      'needs a task',
    ],
    [
      'a wait after waking that is too long',
      { triggers: [triggerOf({ kind: 'resume', delay: '31d' })] },
      'triggers.0.delay',
      'at most 30d',
    ],
    [
      'an end before the beginning',
      {
        triggers: [
          triggerOf({
            kind: 'cron',
            expression: '0 4 * * *',
            timezone: '',
            from: '2027-01-02T00:00:00Z',
            until: '2027-01-01T00:00:00Z',
          }),
        ],
      },
      'triggers.0.until',
      'before from',
    ],
  ])('says of %s where and why', (_, more, path, reason) => {
    const { definition: none, errors } = check(more)
    expect(none).toBeUndefined()
    expect([...errors.keys()]).toEqual([path])
    expect(errors.get(path)).toContain(reason)
  })

  it.each<[string, Partial<TaskForm>, object]>([
    ['an empty grace as however late', { misfireGrace: ' ' }, { misfireGrace: null }],
    [
      'what was emptied of a number as what it usually is',
      { maxInstances: '', queueLimit: ' ', priority: '' },
      { maxInstances: 1, queueLimit: 10, priority: 0 },
    ],
    ['an emptied limit as none', { rateMax: '', ratePer: ' ' }, { rateLimit: null }],
    ['an emptied group as none', { group: '  ' }, { group: null }],
    [
      'times of day as people type them',
      { active: [windowOf({ timesFrom: '9', timesUntil: '9:30' })] },
      { active: [{ times: { from: '09:00', until: '09:30' } }] },
    ],
    [
      'dates with whatever is between them',
      { blackouts: [windowOf({ dates: '2027-12-24, 2027-12-25\n2027-12-26；' })] },
      { blackouts: [{ dates: ['2027-12-24', '2027-12-25', '2027-12-26'] }] },
    ],
  ])('takes %s', (_, more, policy) => {
    expect(check(more).definition?.policy).toMatchObject(policy)
  })

  it('names all that is wrong at once', () => {
    expect([...check({ name: '', timeout: 'soon', line: '' }).errors.keys()].sort()).toEqual([
      'action.command',
      'name',
      'policy.timeout',
    ])
  })

  it('says what a variable’s name must be, not that a key is invalid', () => {
    expect(check({ env: [{ key: 1, name: 'A B', value: '' }] }).errors.get('action.env.A B')).toBe(
      'is not a name for an environment variable',
    )
  })

  it('says of a letter in an expression what may stand there', () => {
    const triggers = [{ key: 1, kind: 'cron' as const, expression: 'xx * * * *', timezone: '', from: '', until: '' }]
    expect(check({ triggers }).errors.get('triggers.0.expression')).toBe(
      '"xx" is not a number, a name, a list, a range or a step',
    )
  })

  it('does not let a second row of the same name swallow the first', () => {
    const rows = [
      { key: newKey(), name: 'A', value: '1' },
      { key: newKey(), name: 'A', value: '2' },
    ]
    expect(check({ env: rows })).toMatchObject({ definition: undefined })
    expect(check({ env: rows }).errors.get('action.env.A')).toBe('twice')
  })

  it('takes a row that was added and left empty for none', () => {
    expect(inputOf(form({ env: [{ key: 1, name: '', value: '' }] }))).toEqual(inputOf(form()))
  })

  it('begins a new task with nothing but a schedule', () => {
    const { errors } = checkForm(blankForm(), 'twice')
    expect([...errors.keys()].sort()).toEqual(['action.command', 'name'])
  })

  it('finds the message of a field or of what is below it', () => {
    const errors = new Map([['action.command.0', 'empty']])
    expect(errorAt(errors, 'action.command')).toBe('empty')
    expect(errorAt(errors, 'action.comm')).toBeUndefined()
  })
})

describe('a parameter’s value as text', () => {
  it.each([
    ['studio', 'studio'],
    ['5', '"5"'],
    [5, '5'],
    [true, 'true'],
    ['true', '"true"'],
    [null, 'null'],
    [{ a: [1] }, '{"a":[1]}'],
    ['', ''],
  ])('%j is typed %s', (value, typed) => {
    expect(parameterText(value)).toBe(typed)
  })

  it('is read back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const clean = JSON.parse(JSON.stringify(value)) as Json
        expect(readParameter(parameterText(clean))).toEqual(clean)
      }),
    )
  })
})

describe('old against new', () => {
  const fact = (key: string, ...lines: string[]): ComparableFact => ({ key, label: key, lines, mono: false })
  const shown = (before: ComparableFact[], after: ComparableFact[]) =>
    factChanges(before, after, 'none').map(({ key, lines }) => [
      key,
      ...lines.map(({ kind, text: words }) => `${kind === 'old' ? '-' : '+'}${words}`),
    ])

  it.each<[string, ComparableFact[], ComparableFact[], string[][]]>([
    ['nothing where nothing changed', [fact('a', '1')], [fact('a', '1')], []],
    ['the line that went and the one that came', [fact('a', '1', '2')], [fact('a', '1', '3')], [['a', '-2', '+3']]],
    ['a fact that was not given', [fact('a')], [fact('a', '1')], [['a', '-none', '+1']]],
    ['a fact that is no longer given', [fact('a', '1')], [fact('a')], [['a', '-1', '+none']]],
    ['only what came, where nothing went', [fact('a', '1')], [fact('a', '1', '2')], [['a', '+2']]],
    [
      'all lines, where only their order changed',
      [fact('a', '1', '2')],
      [fact('a', '2', '1')],
      [['a', '-1', '-2', '+2', '+1']],
    ],
  ])('shows %s', (_, before, after, changes) => {
    expect(shown(before, after)).toEqual(changes)
  })
})
