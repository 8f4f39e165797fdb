/** What a planner, or the disk of its world, tells of a task, against what has to become of its occurrences. */
import { strict as assert } from 'node:assert'
import type { DueTask, TaskFates } from '../../electron/host/schedule/planner'
import { instant, type Fate, type Known } from './planner-promises'
import type { Disk } from './planner-world'

/** The keys of the fates that the disk tells of, each exactly once. */
export function toldOnDisk(disk: Disk, { task, fates }: Known): Set<string> {
  const found: string[] = []
  const folded = new Map<string, Fate[]>()
  const others: Fate[] = []
  for (const fate of fates.values()) {
    const key = `${fate.epoch} ${fate.owner}`
    if (fate.state === 'folded') folded.set(key, (folded.get(key) ?? []).concat(fate))
    else if (fate.state !== 'ran') others.push(fate)
  }
  const take = (count: number, these: readonly Fate[], words: string): void => {
    if (these.length !== count) assert.fail(`${words}: ${these.length}`)
    found.push(...these.map(({ epoch, at }) => `${epoch} ${at}`))
  }
  for (const { taskId, epoch, scheduledAt, folded: count } of disk.runs) {
    if (taskId !== task.id) continue
    const key = `${epoch} ${scheduledAt}`
    const own = fates.get(key)
    const words = `${task.id}: the run for ${instant(scheduledAt)} in epoch ${epoch}`
    take(1, own?.state === 'ran' ? [own] : [], words)
    take(count, folded.get(key) ?? [], `${words}: what it folds`)
  }
  for (const { taskId, epoch, state, reason, from, until, count } of disk.records.values()) {
    if (taskId !== task.id) continue
    const [first, last] = [Date.parse(from), Date.parse(until)]
    const isIn = (one: Fate): boolean => one.epoch === epoch && one.at >= first && one.at <= last
    const these = others.filter((one) => isIn(one) && one.state === state && one.reason === reason)
    take(count, these, `${taskId}: ${count} ${state} ${reason} from ${from} to ${until}`)
  }
  assert.equal(new Set(found).size, found.length, `${task.id}: told twice`)
  return new Set(found)
}

/** Throws unless what was decided at once is just what was expected, in order; gives the reasons of what was missed. */
export function mustBeSame(
  { runs, ranges }: { readonly runs: readonly DueTask[]; readonly ranges: TaskFates['ranges'] },
  expected: readonly Fate[],
  coalesce: boolean,
  where: string,
): Map<number, string> {
  const expectedRuns = expected.filter(({ state }) => state === 'ran')
  const folded = expected.filter(({ state }) => state === 'folded')
  const isReplay = expectedRuns.length > 1 && !coalesce
  assert.deepEqual(
    runs.map((run) => [instant(run.scheduledAt), run.folded, run.foldedFrom, run.replay]),
    // The first run carries all that is folded.
    expectedRuns.map(({ at }, index) =>
      index === 0 ? [instant(at), folded.length, folded[0]?.at ?? null, isReplay] : [instant(at), 0, null, isReplay],
    ),
    `runs of ${where}`,
  )
  const told = expected.filter(({ state }) => state !== 'ran' && state !== 'folded')
  let index = 0
  const reasons = new Map<number, string>()
  for (const { state, reason, from, until, count } of ranges) {
    const these = told.slice(index, index + count)
    index += count
    assert.deepEqual(
      [state, instant(from), instant(until), count],
      [these[0]?.state, instant(these[0]?.at ?? 0), instant(these.at(-1)?.at ?? 0), these.length],
      `fates of ${where}`,
    )
    for (const one of these) {
      if (one.state !== state) assert.equal(one.state, state, `fates of ${where}`)
      if (state === 'missed') reasons.set(one.at, reason)
      else if (one.reason !== reason) assert.equal(one.reason, reason, `fates of ${where}`)
    }
  }
  assert.equal(index, told.length, `as many fates of ${where}`)
  return reasons
}
