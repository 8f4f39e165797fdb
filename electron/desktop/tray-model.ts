/**
 * What the tray shows, as data: pure, so that every state can be tested without a desktop. tray.ts turns it into the
 * icon and the native menu.
 */
import { isBroken, type Progress, type Run } from '@shared/model/run'
import type { SystemStatus } from '@shared/model/system'
import type { TaskView } from '@shared/model/task'
import { shortTime } from './short-time'
import type { Locale, Words } from './words'

export type TrayIcon = 'idle' | 'running' | 'attention' | 'paused'

export type TrayAction =
  | { readonly do: 'open'; readonly hash: string }
  | { readonly do: 'run'; readonly taskId: string }
  | { readonly do: 'cancel'; readonly runIds: readonly string[] }
  | { readonly do: 'acknowledge'; readonly taskId: string }
  | { readonly do: 'pauseAll'; readonly span: PauseSpan }
  | { readonly do: 'resumeAll' }
  | { readonly do: 'quit' }
export type PauseSpan = 'hour' | 'tomorrow' | 'resumed'

export type TrayItem =
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'separator' }
  | { readonly kind: 'action'; readonly label: string; readonly enabled: boolean; readonly action: TrayAction }
  | { readonly kind: 'menu'; readonly label: string; readonly items: readonly TrayItem[] }

export interface TrayModel {
  readonly icon: TrayIcon
  /** Shown beside the icon where the platform can: how many run, or nothing. */
  readonly title: string
  readonly tooltip: string
  readonly menu: readonly TrayItem[]
}

export interface TrayState {
  readonly status: SystemStatus
  readonly tasks: readonly TaskView[]
  /** Those that have not ended. */
  readonly runs: readonly Run[]
}

/** How a menu stays readable with a thousand tasks. */
const longestList = 15
const longestName = 48

const separator: TrayItem = { kind: 'separator' }

/** @param now ms since the epoch */
export function trayModel(state: TrayState, now: number, words: Words, locale: Locale): TrayModel {
  const { status } = state
  const running = state.runs.filter((run) => run.status === 'running')
  const broken = state.tasks.filter(wantsAttention).sort(byLastEnd)
  const attention = broken.length + status.warnings.length
  const time = (instant: string): string => shortTime(instant, now, status.timezone, locale)
  const pausedWords =
    status.paused && (status.paused.until ? words.pausedUntil(time(status.paused.until)) : words.paused)
  const next = status.paused ? null : status.next

  const facts = [
    ...(pausedWords ? [pausedWords] : []),
    ...(running.length > 0 ? [words.running(running.length)] : []),
    ...(attention > 0 ? [words.needAttention(attention)] : []),
  ]
  const tooltip = [
    ...(pausedWords ? [pausedWords] : []),
    ...(running.length > 0 ? [words.running(running.length)] : []),
    ...(next ? [words.nextShort(short(next.taskName), time(next.at))] : []),
    ...(broken.length > 0 ? [words.failed(broken.length)] : []),
    ...(status.warnings.length > 0 ? [words.needAttention(status.warnings.length)] : []),
  ]
  const attentionItems = [...broken.map((task) => attentionItem(task, words)), ...warningItems(status)]

  return {
    icon: iconOf(attention, running.length, status.paused !== null),
    title: running.length > 0 ? String(running.length) : '',
    tooltip: tooltip.length > 0 ? tooltip.join(' · ') : `Belfry · ${words.allQuiet}`,
    menu: [
      { kind: 'text', label: facts.length > 0 ? facts.join(' · ') : words.allQuiet },
      { kind: 'text', label: next ? words.next(short(next.taskName), time(next.at)) : words.nothingPlanned },
      separator,
      ...(state.runs.length > 0 ? [runningMenu(state.runs, now, words)] : []),
      ...(attention > 0
        ? [
            {
              kind: 'menu',
              label: words.attentionMenu(attention),
              items: [...cut(attentionItems, '/', words), separator, opens(words.showInBelfry, '/')],
            } as const,
          ]
        : []),
      runMenu(state.tasks, words),
      separator,
      status.paused
        ? { kind: 'action', label: words.resumeAll, enabled: true, action: { do: 'resumeAll' } }
        : pauseMenu(words),
      separator,
      opens(words.open, ''),
      { kind: 'action', label: words.quit, enabled: true, action: { do: 'quit' } },
    ],
  }
}

function iconOf(attention: number, running: number, paused: boolean): TrayIcon {
  if (attention > 0) return 'attention'
  if (running > 0) return 'running'
  return paused ? 'paused' : 'idle'
}

function runningMenu(runs: readonly Run[], now: number, words: Words): TrayItem {
  const oldestFirst = [...runs].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
  const items = oldestFirst.map((run): TrayItem => {
    const facts = runFacts(run, now, words)
    return {
      kind: 'menu',
      label: [short(run.taskName), ...(facts.length > 0 ? [facts.join(', ')] : [])].join('  –  '),
      items: [
        opens(words.openLog, `/runs/${run.id}`),
        {
          kind: 'action',
          label: words.cancel,
          enabled: run.ending === null,
          action: { do: 'cancel', runIds: [run.id] },
        },
      ],
    }
  })
  const cancelAll: TrayItem[] =
    runs.length > 1
      ? [
          separator,
          {
            kind: 'action',
            label: words.cancelAll,
            enabled: true,
            action: { do: 'cancel', runIds: oldestFirst.map(({ id }) => id) },
          },
        ]
      : []
  return { kind: 'menu', label: words.runningMenu(runs.length), items: [...cut(items, '/runs', words), ...cancelAll] }
}

function runFacts(run: Run, now: number, words: Words): string[] {
  if (run.ending !== null) return [words.ending]
  if (run.status === 'queued' || run.startedAt === null) return [words.queued]
  const percent = percentOf(run.progress)
  const minutes = Math.floor((now - Date.parse(run.startedAt)) / 60_000)
  const elapsed =
    minutes < 1 ? words.lessThanAMinute : minutes < 120 ? words.minutes(minutes) : words.hours(Math.floor(minutes / 60))
  return [...(percent === null ? [] : [`${percent} %`]), elapsed]
}

/** In steps of five: an open menu closes whenever it is replaced. */
function percentOf(progress: Progress | null): number | null {
  if (progress === null || progress.percent === null) return null
  return Math.floor(progress.percent / 5) * 5
}

function attentionItem(task: TaskView, words: Words): TrayItem {
  const last = task.recent.at(-1)
  const reason = last?.error?.split('\n')[0]
  return {
    kind: 'menu',
    label: short(task.name),
    items: [
      ...(reason ? [{ kind: 'text', label: short(reason, 80) } as const, separator] : []),
      opens(words.openLog, last ? `/runs/${last.id}` : `/tasks/${task.id}`),
      {
        kind: 'action',
        label: words.runAgain,
        enabled: task.activeRuns.length === 0,
        action: { do: 'run', taskId: task.id },
      },
      { kind: 'action', label: words.acknowledge, enabled: true, action: { do: 'acknowledge', taskId: task.id } },
    ],
  }
}

function warningItems(status: SystemStatus): TrayItem[] {
  return status.warnings.map((warning) => opens(short(warning.message, 80), '/'))
}

function runMenu(tasks: readonly TaskView[], words: Words): TrayItem {
  const items = [...tasks].sort(byRecency).map((task): TrayItem => {
    return {
      kind: 'action',
      label: short(task.name),
      enabled: task.activeRuns.length === 0,
      action: { do: 'run', taskId: task.id },
    }
  })
  return {
    kind: 'menu',
    label: words.runMenu,
    items: items.length > 0 ? cut(items, '/tasks', words) : [{ kind: 'text', label: words.noTasks }],
  }
}

function pauseMenu(words: Words): TrayItem {
  const spans = { hour: words.oneHour, tomorrow: words.untilTomorrow, resumed: words.untilResumed } as const
  const items = (['hour', 'tomorrow', 'resumed'] as const).map((span): TrayItem => ({
    kind: 'action',
    label: spans[span],
    enabled: true,
    action: { do: 'pauseAll', span },
  }))
  return { kind: 'menu', label: words.pauseAll, items }
}

function opens(label: string, hash: string): TrayItem {
  return { kind: 'action', label, enabled: true, action: { do: 'open', hash } }
}

/** The first of a long list, and where the others are. */
function cut(items: readonly TrayItem[], hash: string, words: Words): readonly TrayItem[] {
  if (items.length <= longestList) return items
  return [...items.slice(0, longestList), separator, opens(words.moreInBelfry(items.length - longestList), hash)]
}

function wantsAttention(task: TaskView): boolean {
  return task.streak !== null && !task.streak.acknowledged
}

function lastEnd(task: TaskView): string {
  return task.recent.findLast((run) => isBroken(run.status))?.finishedAt ?? ''
}

function byLastEnd(a: TaskView, b: TaskView): number {
  return lastEnd(b).localeCompare(lastEnd(a)) || a.name.localeCompare(b.name)
}

/** What ran last comes first; what never ran, by name after it. */
function byRecency(a: TaskView, b: TaskView): number {
  const started = (task: TaskView): string => task.recent.at(-1)?.startedAt ?? ''
  return started(b).localeCompare(started(a)) || a.name.localeCompare(b.name)
}

function short(text: string, longest = longestName): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`
}
