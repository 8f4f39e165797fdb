import { describe, expect, it } from 'vitest'
import { settingsChange } from '@shared/model/settings'
import { addGroup, groupRows, withGroup, withoutGroup } from '../../renderer/src/lib/groups'
import { makeTask } from '../support/make-task'

const member = (id: string, group: string | null) => makeTask({ id, policy: { group } })

describe('the groups of the settings', () => {
  it('are those that are set and those that tasks name, by name, with how many do', () => {
    const tasks = [member('a', 'db'), member('b', 'db'), member('c', 'nas'), member('d', null)]
    expect(groupRows({ 'tier 10': 3, 'tier 9': 2, db: 4 }, tasks)).toEqual([
      { name: 'db', limit: 4, set: true, tasks: 2 },
      { name: 'nas', limit: 1, set: false, tasks: 1 },
      { name: 'tier 9', limit: 2, set: true, tasks: 0 },
      { name: 'tier 10', limit: 3, set: true, tasks: 0 },
    ])
  })

  it('know a group by its own name only, whatever it is', () => {
    expect(groupRows({}, [member('a', 'constructor')])).toEqual([
      { name: 'constructor', limit: 1, set: false, tasks: 1 },
    ])
    expect(addGroup({}, 'constructor')).toEqual({ groups: { constructor: 1 } })
  })

  it.each<[string, string]>([
    ['  ', 'needsName'],
    ['x'.repeat(101), 'tooLong'],
    [' db ', 'taken'],
  ])('take no new one called %j', (name, problem) => {
    expect(addGroup({ db: 2 }, name)).toEqual({ problem })
  })

  it('are changed as a whole, each change as the host takes it', () => {
    expect(addGroup({ db: 2 }, ' nas ')).toEqual({ groups: { db: 2, nas: 1 } })
    expect(withGroup({ db: 2 }, 'db', 3)).toEqual({ db: 3 })
    expect(withoutGroup({ db: 2, nas: 1 }, 'db')).toEqual({ nas: 1 })
    const longest = addGroup({}, 'x'.repeat(100))
    expect(settingsChange.safeParse(longest).success).toBe(true)
  })
})
