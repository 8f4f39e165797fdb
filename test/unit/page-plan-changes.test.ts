import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collisionChanges, planChanges, type Plan } from '../../renderer/src/lib/plan-changes'

/** Hours of one day; `…` at the end: and so on. */
function plan(text: string): Plan {
  const hours = text.split(' ').filter((hour) => hour !== '' && hour !== '…')
  return { instants: hours.map((hour) => `2027-03-24T${hour}:00:00.000Z`), more: text.includes('…') }
}
const shown = (before: string, after: string): string =>
  planChanges(plan(before), plan(after))
    .map((row) => {
      const hour = row.at.slice(11, 13)
      if (row.kind !== 'gone') return { kept: '=', new: '+', open: '?' }[row.kind] + hour
      return row.count === 1
        ? `-${hour}`
        : `-${hour}..${row.until.slice(11, 13)}(${row.count}${row.more ? ' and more' : ''})`
    })
    .join(' ')

describe('the next instants, old against new', () => {
  it.each<[string, string, string, string]>([
    ['a second time of day', '02 06 …', '02 04 06 …', '=02 +04 =06'],
    ['a time that moved', '02 06 …', '03 07 …', '-02 +03 -06 ?07'],
    ['what may have been planned, beyond what is known', '02 …', '02 04 06 …', '=02 ?04 ?06'],
    ['what may still be planned, beyond what is known', '02 04 06 …', '02 04 …', '=02 =04'],
    ['a schedule that ended, and goes on now', '02', '02 04 …', '=02 +04'],
    ['one that ends now', '02 04 06', '02', '=02 -04 -06'],
    ['three or more that go, in one row', '01 02 03 04 …', '04 …', '-01..03(3) =04'],
    ['each row of those that go, between those that stay', '01 02 03 04 05 06 07 …', '04 …', '-01..03(3) =04'],
    ['all of an endless schedule that goes', '01 02 …', '', '-01..02(2 and more)'],
    ['a schedule where there was none', '', '02 04 …', '+02 +04'],
    ['nothing at all', '', '', ''],
  ])('shows %s', (_, before, after, rows) => {
    expect(shown(before, after)).toBe(rows)
  })

  it('has each new instant once, in order, and calls nothing gone that is planned', () => {
    const hours = fc
      .tuple(fc.uniqueArray(fc.integer({ min: 0, max: 23 })), fc.boolean())
      .map(([given, more]): Plan => ({
        instants: given.sort((a, b) => a - b).map((hour) => `2027-03-24T${String(hour).padStart(2, '0')}:00:00.000Z`),
        more: more && given.length > 0,
      }))
    fc.assert(
      fc.property(hours, hours, (before, after) => {
        const rows = planChanges(before, after)
        expect(rows.filter((row) => row.kind !== 'gone').map((row) => row.at)).toEqual(after.instants)
        expect(rows.map((row) => row.at)).toEqual(rows.map((row) => row.at).sort())
        const gone = rows.flatMap((row) => (row.kind === 'gone' ? [row.at, row.until] : []))
        expect(gone.filter((at) => after.instants.includes(at) || !before.instants.includes(at))).toEqual([])
      }),
    )
  })
})

describe('the tasks that run meanwhile, old against new', () => {
  const one = (taskId: string, count: number) => ({
    taskId,
    taskName: taskId,
    count,
    first: '2027-03-24T02:00:00.000Z',
  })
  const counts = (...args: Parameters<typeof collisionChanges>): string[] =>
    collisionChanges(...args).map(({ taskId, was, count, gone }) => `${taskId} ${was ?? '?'}→${gone ? 0 : count}`)

  it.each<[string, Parameters<typeof collisionChanges>, string[]]>([
    ['nothing to compare with', [null, [one('a', 3)]], ['a ?→3']],
    ['one that is new, one that stays', [[one('b', 2)], [one('a', 3), one('b', 5)]], ['a 0→3', 'b 2→5']],
    ['one that is gone', [[one('b', 2)], []], ['b 2→0']],
  ])('shows %s', (_, given, rows) => {
    expect(counts(...given)).toEqual(rows)
  })
})
