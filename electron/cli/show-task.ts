/** Tasks as text. */
import { scheduleWords, triggerWords } from '@shared/schedule/words'
import type { Run } from '@shared/model/run'
import type { Task, TaskView } from '@shared/model/task'
import { exact, state, took, when, whenNext } from './format'
import { table } from './table'
import type { Terminal } from './terminal'

/** One line that tells what has become of a task. */
export function taskLine(task: TaskView, { colours, now }: Terminal): string {
  const next = task.nextAt === null ? '' : `, next ${whenNext(task.nextAt, now())}`
  const until = !task.enabled || task.pause?.until == null ? '' : ` until ${exact(task.pause.until)}`
  return `${state(task.state, colours)}${until}  ${colours.bold(task.name)}  ${task.id}${next}`
}

export function taskTable(tasks: readonly TaskView[], terminal: Terminal): string {
  const { colours, now, stdout } = terminal
  if (tasks.length === 0)
    return 'There are no tasks. "belfry add" makes one, "belfry import" brings those of a crontab.'
  return table(
    [
      { title: 'STATE' },
      { title: 'NAME', flexible: true },
      { title: 'SCHEDULE', flexible: true },
      { title: 'NEXT' },
      { title: 'ID' },
    ],
    tasks.map((task) => [
      state(task.state, colours),
      task.name,
      scheduleWords(task.triggers, 'en', undefined, (id) => tasks.find((other) => other.id === id)?.name ?? id),
      task.nextAt === null ? '–' : whenNext(task.nextAt, now()),
      task.id,
    ]),
    stdout.isTTY ? stdout.columns || undefined : undefined,
  )
}

/** @param taskName of a task by its id, for those that this one runs after */
export function taskText(task: TaskView, terminal: Terminal, taskName: (id: string) => string = (id) => id): string {
  const { colours, now } = terminal
  const { action, policy, streak } = task
  const rows: (readonly [string, string])[] = [
    ['id', task.id],
    ['state', state(task.state, colours)],
    ...(task.pause
      ? [['paused', task.pause.until === null ? 'until resumed' : `until ${exact(task.pause.until)}`] as const]
      : []),
    ...(task.locked === null ? [] : [['locked', task.locked] as const]),
    ...(task.description === '' ? [] : [['description', task.description] as const]),
    ...(task.tags.length === 0 ? [] : [['tags', task.tags.join(', ')] as const]),
    ...task.triggers.map((trigger) => ['when', describeTrigger(trigger, taskName)] as const),
    ...task.warnings.map((sentence) => ['warning', colours.yellow(sentence)] as const),
    ['next', whenNext(task.nextAt, now())],
    ['command', typeof action.command === 'string' ? action.command : JSON.stringify(action.command)],
    ...(action.cwd === undefined ? [] : [['folder', action.cwd] as const]),
    ...(action.shell === undefined ? [] : [['shell', action.shell] as const]),
    ...(action.stdin === undefined ? [] : [['input', JSON.stringify(action.stdin)] as const]),
    ...Object.entries(action.env ?? {}).map(([name, value]) => ['env', `${name}=${value}`] as const),
    ['timeout', policy.timeout === null ? 'none' : took(policy.timeout)],
    ['kill grace', took(policy.killGrace)],
    ...(streak ? [['broken', `${streak.count} in a row since ${exact(streak.since)}`] as const] : []),
    ...(task.source ? [['from', `${task.source.path ?? task.source.kind}: ${task.source.text}`] as const] : []),
    ...task.recent
      .slice(-5)
      .map(
        (run) =>
          ['run', `#${run.number} ${state(run.status, colours)}, took ${took(run.durationMs)}  ${run.id}`] as const,
      ),
  ]
  return [colours.bold(task.name), ...rows.map(([label, text]) => `${colours.dim(label.padEnd(11))}  ${text}`)].join(
    '\n',
  )
}

function describeTrigger(trigger: Task['triggers'][number], taskName: (id: string) => string): string {
  const words = triggerWords(trigger, 'en', undefined, taskName)
  return trigger.kind === 'cron'
    ? `${trigger.expression}${trigger.timezone === undefined ? '' : ` in ${trigger.timezone}`} – ${words}`
    : words
}

export function runTable(runs: readonly Run[], terminal: Terminal): string {
  const { colours, now, stdout } = terminal
  if (runs.length === 0) return 'There are no such runs.'
  return table(
    [
      { title: 'STATUS' },
      { title: 'TASK', flexible: true },
      { title: '#', right: true },
      { title: 'STARTED' },
      { title: 'TOOK', right: true },
      { title: 'EXIT', right: true },
      { title: 'BY' },
      { title: 'ID' },
    ],
    runs.map((run) => [
      state(run.status, colours),
      run.taskName,
      String(run.number),
      run.startedAt === null ? '–' : when(run.startedAt, now()),
      took(run.durationMs),
      run.signal ?? (run.exitCode === null ? '–' : String(run.exitCode)),
      run.triggeredBy,
      run.id,
    ]),
    stdout.isTTY ? stdout.columns || undefined : undefined,
  )
}

export function runText(run: Run, terminal: Terminal): string {
  const { colours, now } = terminal
  const rows: (readonly [string, string])[] = [
    ['id', run.id],
    ['status', state(run.status, colours)],
    ['started by', run.triggeredBy],
    ...(run.scheduledAt === null ? [] : [['planned', exact(run.scheduledAt)] as const]),
    ['started', when(run.startedAt, now())],
    ['finished', when(run.finishedAt, now())],
    ['took', took(run.durationMs)],
    ...(run.exitCode === null ? [] : [['exit code', String(run.exitCode)] as const]),
    ...(run.signal === null ? [] : [['signal', run.signal] as const]),
    ...(run.error === null ? [] : [['error', colours.red(`${run.error.code}: ${run.error.message}`)] as const]),
    ...(run.progress === null
      ? []
      : [
          [
            'progress',
            [run.progress.percent === null ? '' : `${Math.round(run.progress.percent)}%`, run.progress.message ?? '']
              .join(' ')
              .trim(),
          ] as const,
        ]),
    ...Object.entries(run.parameters).map(
      ([name, value]) => ['parameter', `${name}=${JSON.stringify(value)}`] as const,
    ),
    ...(run.result === null ? [] : [['result', JSON.stringify(run.result)] as const]),
    ...run.survivors.map((survivor) => ['survivor', `${survivor.pid} ${survivor.command}`] as const),
    ['log', `${run.log.lines} lines, ${run.log.bytes} bytes${run.log.truncated ? ', cut' : ''}`],
  ]
  return [
    colours.bold(`${run.taskName} #${run.number}`),
    ...rows.map(([label, text]) => `${colours.dim(label.padEnd(11))}  ${text}`),
  ].join('\n')
}
