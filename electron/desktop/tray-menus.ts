/** The tray's submenus, as data. */
import { assertNever } from '@shared/errors'
import { byUrgency, lastBroken, type Concern } from '@shared/model/attention'
import type { Progress, Run } from '@shared/model/run'
import type { Warning } from '@shared/model/system'
import type { TaskView } from '@shared/model/task'
import type { TrayItem } from './tray-model'
import type { Words } from './words'

/** How a menu stays readable with ten thousand tasks. */
const longestList = 15
const longestName = 48
const longestReason = 80

export const separator: TrayItem = { kind: 'separator' }

export function opens(label: string, hash: string): TrayItem {
  return { kind: 'action', label, enabled: true, action: { do: 'open', hash } }
}

/** One line of at most `longest` characters. */
export function short(text: string, longest = longestName): string {
  const line = text.slice(0, 1000).replace(/\s+/g, ' ').trim()
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`
}

/** What runs or waits to, the oldest first. */
export function runningMenu(runs: readonly Run[], now: number, words: Words): TrayItem {
  const oldestFirst = (a: Run, b: Run): number => compare(a.createdAt, b.createdAt)
  const items = list(runs, oldestFirst, (run) => runItem(run, now, words), '/runs', words)
  const runIds = runs.map(({ id }) => id)
  const cancelAll: TrayItem = {
    kind: 'action',
    label: words.cancelAll,
    enabled: true,
    action: { do: 'cancel', runIds },
  }
  return {
    kind: 'menu',
    label: words.runningMenu(runs.length),
    items: runs.length > 1 ? [...items, separator, cancelAll] : items,
  }
}

function runItem(run: Run, now: number, words: Words): TrayItem {
  const cancel = { do: 'cancel', runIds: [run.id] } as const
  return {
    kind: 'menu',
    label: `${short(run.taskName)}  –  ${runFacts(run, now, words).join(', ')}`,
    items: [
      opens(words.openLog, `/runs/${run.id}`),
      { kind: 'action', label: words.cancel, enabled: run.ending === null, action: cancel },
    ],
  }
}

function runFacts(run: Run, now: number, words: Words): string[] {
  if (run.ending !== null) return [words.ending]
  if (run.status === 'queued' || run.startedAt === null) return [words.queued]
  const percent = percentOf(run.progress)
  return [...(percent === null ? [] : [`${percent} %`]), elapsed(now - Date.parse(run.startedAt), words)]
}

/** In steps of five: an open menu closes whenever it is replaced. */
function percentOf(progress: Progress | null): number | null {
  if (progress === null || progress.percent === null) return null
  return Math.floor(progress.percent / 5) * 5
}

function elapsed(ms: number, words: Words): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return words.lessThanAMinute
  return minutes < 120 ? words.minutes(minutes) : words.hours(Math.floor(minutes / 60))
}

/**
 * The most urgent comes first; what the host has to say itself comes after the tasks.
 * @param time an instant (ISO) as there is room for it
 */
export function attentionMenu(
  concerns: readonly Concern[],
  warnings: readonly Warning[],
  time: (instant: string) => string,
  words: Words,
): TrayItem {
  return {
    kind: 'menu',
    label: words.attentionMenu(concerns.length + warnings.length),
    items: [
      ...list(concerns, byUrgency, (concern) => concernItem(concern, time, words), '/today', words),
      ...warnings.map((warning) => opens(short(warning.message, longestReason), '/today')),
      separator,
      opens(words.showInBelfry, '/today'),
    ],
  }
}

function concernItem({ task, matter }: Concern, time: (instant: string) => string, words: Words): TrayItem {
  switch (matter) {
    case 'broken':
      return failingItem(task, words)
    case 'missed':
      return missedItem(task, time, words)
    case 'warning':
      return warnedItem(task, words)
    default:
      return assertNever(matter)
  }
}

function missedItem(task: TaskView, time: (instant: string) => string, words: Words): TrayItem {
  const decide = (decision: 'run' | 'skip', label: string, enabled: boolean): TrayItem => {
    return { kind: 'action', label, enabled, action: { do: 'decide', taskId: task.id, decision } }
  }
  const { missed } = task
  return {
    kind: 'menu',
    label: short(task.name),
    items: [
      ...(missed
        ? [
            { kind: 'text', label: words.missedWhy(missed.count, time(missed.until), missed.reason) } as const,
            separator,
          ]
        : []),
      decide('run', words.runNow, task.activeRuns.length === 0),
      decide('skip', words.skip, true),
      opens(words.openTask, `/tasks/${task.id}`),
    ],
  }
}

function warnedItem(task: TaskView, words: Words): TrayItem {
  return {
    kind: 'menu',
    label: short(task.name),
    items: [
      ...task.warnings.map((text): TrayItem => ({ kind: 'text', label: short(text, longestReason) })),
      separator,
      opens(words.openTask, `/tasks/${task.id}`),
    ],
  }
}

function failingItem(task: TaskView, words: Words): TrayItem {
  const broken = lastBroken(task)
  const reason = broken?.error?.split('\n')[0]
  const again = { do: 'run', taskId: task.id } as const
  return {
    kind: 'menu',
    label: short(task.name),
    items: [
      ...(reason ? [{ kind: 'text', label: short(reason, longestReason) } as const, separator] : []),
      opens(words.openLog, broken ? `/runs/${broken.id}` : `/tasks/${task.id}`),
      { kind: 'action', label: words.runAgain, enabled: task.activeRuns.length === 0, action: again },
      { kind: 'action', label: words.acknowledge, enabled: true, action: { do: 'acknowledge', taskId: task.id } },
    ],
  }
}

/** What ran last comes first; what never ran, by name after it. */
export function runMenu(tasks: readonly TaskView[], words: Words): TrayItem {
  const started = (task: TaskView): string => task.recent.at(-1)?.startedAt ?? ''
  const latestFirst = (a: TaskView, b: TaskView): number => compare(started(b), started(a)) || byName(a, b)
  const item = (task: TaskView): TrayItem => ({
    kind: 'action',
    label: short(task.name),
    enabled: task.activeRuns.length === 0,
    action: { do: 'run', taskId: task.id },
  })
  return {
    kind: 'menu',
    label: words.runMenu,
    items:
      tasks.length > 0 ? list(tasks, latestFirst, item, '/tasks', words) : [{ kind: 'text', label: words.noTasks }],
  }
}

export function pauseMenu(words: Words): TrayItem {
  const spans = { hour: words.oneHour, tomorrow: words.untilTomorrow, resumed: words.untilResumed } as const
  const items = (['hour', 'tomorrow', 'resumed'] as const).map((span): TrayItem => ({
    kind: 'action',
    label: spans[span],
    enabled: true,
    action: { do: 'pauseAll', span },
  }))
  return { kind: 'menu', label: words.pauseAll, items }
}

/** The first of a long list, and where the others are. */
function list<T>(
  all: readonly T[],
  order: (a: T, b: T) => number,
  item: (one: T) => TrayItem,
  hash: string,
  words: Words,
): readonly TrayItem[] {
  const items = first(all, longestList, order).map(item)
  if (all.length <= longestList) return items
  return [...items, separator, opens(words.moreInBelfry(all.length - longestList), hash)]
}

/** The `count` first by `order`, without sorting the others. */
function first<T>(all: readonly T[], count: number, order: (a: T, b: T) => number): readonly T[] {
  const found: T[] = []
  for (const one of all) {
    const last = found[count - 1]
    if (last !== undefined && order(one, last) >= 0) continue
    const place = found.findIndex((other) => order(one, other) < 0)
    found.splice(place < 0 ? found.length : place, 0, one)
    found.length = Math.min(found.length, count)
  }
  return found
}

const byName = (a: TaskView, b: TaskView): number => names.compare(a.name, b.name)
const names = new Intl.Collator('en', { numeric: true })

/** ISO instants sort as text. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
