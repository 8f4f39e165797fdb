import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../shared/model/common'
import { taskDefinition, type TaskDefinition } from '../../shared/model/task'
import { factChanges, type ComparableFact } from '../../renderer/src/lib/fact-changes'
import { parameterText, readParameter } from '../../renderer/src/lib/parameter-text'
import { blankForm, checkForm, errorAt, formOf, inputOf, newKey, type TaskForm } from '../../renderer/src/lib/task-form'

const definition = (more: object = {}): TaskDefinition =>
  taskDefinition.parse({ name: 'Backup', action: { kind: 'command', command: 'tar c /' }, ...more })
const form = (more: Partial<TaskForm> = {}): TaskForm => ({ ...formOf(definition()), ...more })
const check = (more: Partial<TaskForm>) => checkForm(form(more), 'twice')

const text = fc.string({ maxLength: 30 }).filter((value) => !value.includes('\0'))
const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/)
const instant = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString())
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
  fc.record(
    {
      kind: fc.constant('interval'),
      every: fc.integer({ min: 1000, max: 1e9 }),
      anchor: instant,
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
)
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
    policy: fc.record({
      timeout: fc.option(fc.integer({ min: 100, max: 1e9 })),
      killGrace: fc.integer({ min: 0, max: 3_600_000 }),
    }),
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
      { triggers: [{ key: 1, kind: 'cron', expression: '60 * * * *', timezone: '', rest: {} }] },
      'triggers.0.expression',
    ],
    [
      'a bad zone',
      { triggers: [{ key: 1, kind: 'cron', expression: '0 * * * *', timezone: 'Mars/Base', rest: {} }] },
      'triggers.0.timezone',
    ],
    [
      'an interval that is too short',
      { triggers: [{ key: 1, kind: 'interval', every: '10ms', mode: 'fixed-rate', rest: {} }] },
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
    const triggers = [{ key: 1, kind: 'cron' as const, expression: 'xx * * * *', timezone: '', rest: {} }]
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
