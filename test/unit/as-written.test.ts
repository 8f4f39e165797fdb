/** What people write is taken as they mean it, or refused with the field; what was stored once stays readable. */
import { describe, expect, it } from 'vitest'
import { contract } from '@shared/contract'
import { invalidInput } from '@shared/errors'
import { settings } from '@shared/model/settings'
import { task } from '@shared/model/task'
import { makeTask } from '../support/make-task'

const input = (procedure: { readonly '~orpc': { readonly inputSchema?: unknown } }) =>
  procedure['~orpc'].inputSchema as { safeParse: typeof task.safeParse }
const { tasks, schedule, runs, system, inbox } = contract
const action = { kind: 'command', command: 'true' }
const cron = { kind: 'cron', expression: '0 9 * * *' }
const from = '2027-01-01T00:00:00Z'
const until = '2027-01-02T00:00:00Z'
const notKnown = /^is not known; the fields are \w/

describe('a field that is not known', () => {
  it.each<[string, { readonly '~orpc': { readonly inputSchema?: unknown } }, object, string]>([
    ['of a definition', tasks.create, { name: 'a', action, trigers: [] }, 'trigers'],
    ['of a trigger', tasks.create, { name: 'a', action, triggers: [{ ...cron, tz: 'Asia/Tokyo' }] }, 'triggers.0.tz'],
    ['of a policy', tasks.create, { name: 'a', action, policy: { coalesc: false } }, 'policy.coalesc'],
    [
      'deep in a policy',
      tasks.create,
      {
        name: 'a',
        action,
        policy: { active: [{ weekdays: ['mon'], times: { from: '09:00', until: '17:00', tz: 'x' } }] },
      },
      'policy.active.0.times.tz',
    ],
    [
      'of a rate limit',
      tasks.create,
      { name: 'a', action, policy: { rateLimit: { max: 1, per: '1m', by: 1 } } },
      'policy.rateLimit.by',
    ],
    ['of an action', tasks.create, { name: 'a', action: { ...action, user: 'root' } }, 'action.user'],
    ['of a change', tasks.update, { id: 'a', change: { nmae: 'b' } }, 'change.nmae'],
    [
      'of a change of the policy',
      tasks.update,
      { id: 'a', change: { policy: { dst: { gab: 'skip' } } } },
      'change.policy.dst.gab',
    ],
    ['beside a change', tasks.update, { id: 'a', change: {}, name: 'b' }, 'name'],
    ['of what a run is given', tasks.run, { id: 'a', params: { x: 1 } }, 'params'],
    ['of a pause', tasks.pause, { id: 'a', untill: until }, 'untill'],
    ['of a trigger in a preview', schedule.preview, { triggers: [{ ...cron, tz: 'UTC' }] }, 'triggers.0.tz'],
    ['of a preview', schedule.preview, { triggers: [cron], number: 3 }, 'number'],
    ['of a simulation', schedule.simulate, { from, until, sleep: [] }, 'sleep'],
    [
      'of a span in a simulation',
      schedule.simulate,
      { from, until, asleep: [{ from, until, why: 1 }] },
      'asleep.0.why',
    ],
    ['of the settings', contract.settings.update, { maxconcurrent: 3 }, 'maxconcurrent'],
    ['of an import', contract.import.crontab, { text: '', dryrun: true }, 'dryrun'],
    ['of an import of all', contract.import.system, { dryrun: true }, 'dryrun'],
    ['of a pause of all', system.pause, { for: '1h' }, 'for'],
    ['of a decision', inbox.decide, { id: 'a', decision: 'run', forever: true }, 'forever'],
    ['of a question for runs', runs.list, { staus: 'failed' }, 'staus'],
  ])('%s is refused with its name', (_where, procedure, given, field) => {
    const { error } = input(procedure).safeParse(given)
    expect(error && invalidInput(error)).toMatchObject({
      code: 'INVALID',
      field,
      message: expect.stringMatching(notKnown) as string,
    })
  })

  it('is let be where names are free, and in what was stored', () => {
    const free = { name: 'a', action: { ...action, env: { ANY: '1' } }, parameters: { any: { thing: 1 } } }
    expect(input(tasks.create).safeParse(free).success).toBe(true)
    expect(input(contract.settings.update).safeParse({ groups: { any: 2 } }).success).toBe(true)
    const stored = { ...makeTask(), newer: 1, triggers: [{ ...cron, newer: 1 }], policy: { newer: 1 } }
    expect(task.safeParse(stored).success).toBe(true)
    expect(settings.safeParse({ newer: 1 }).success).toBe(true)
  })

  it('does not hide what else is wrong', () => {
    const { error } = input(tasks.create).safeParse({
      name: 'a',
      action,
      triggers: [{ ...cron, expression: 'x', tz: 1 }],
    })
    expect(error && invalidInput(error).detail).toMatchObject([
      { field: 'triggers.0.tz' },
      { field: 'triggers.0.expression' },
    ])
  })
})

describe('a name with line breaks or control characters', () => {
  it.each<[string, { readonly '~orpc': { readonly inputSchema?: unknown } }, (name: string) => object, string]>([
    ['task', tasks.create, (name) => ({ name, action }), 'name'],
    ['task that is changed', tasks.update, (name) => ({ id: 'a', change: { name } }), 'change.name'],
    ['tag', tasks.create, (tag) => ({ name: 'a', action, tags: ['b', tag] }), 'tags.1'],
    ['group', tasks.create, (group) => ({ name: 'a', action, policy: { group } }), 'policy.group'],
    ['group in the settings', contract.settings.update, (group) => ({ groups: { [group]: 2 } }), 'groups'],
  ])('is refused for a %s', (_what, procedure, withName, field) => {
    for (const bad of ['a\u001b[31mb', 'a\nb', 'a\tb', 'a\u0000b', 'a\u009bb', 'a\u2028b']) {
      const { error } = input(procedure).safeParse(withName(bad))
      const refused = error && invalidInput(error)
      expect(refused?.message).toBe('must not have line breaks or control characters')
      expect(refused?.field).toMatch(new RegExp(`^${field}`))
    }
    for (const good of ['Sichern 备份 – ☕ (2)', 'שלום', '👩‍💻'])
      expect(input(procedure).safeParse(withName(good)).success).toBe(true)
  })

  it('stays readable where it is stored', () => {
    expect(task.safeParse({ ...makeTask(), name: 'a\u001b[31m\nb' }).success).toBe(true)
  })
})
