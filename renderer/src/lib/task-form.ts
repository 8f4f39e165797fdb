/** A task as the editor's fields hold it: text where people type, checked by the very schema that the host checks by. */
import { invalidInput } from '@shared/errors'
import { taskDefinition, type TaskDefinition } from '@shared/model/task'
import type { AfterTrigger, Trigger, WatchEvent } from '@shared/model/trigger'
import { formatDuration } from '@shared/schedule/duration'
import { parameterText, readParameter } from './parameter-text'

interface Keyed {
  /** Tells rows of a list apart while they are edited. */
  readonly key: number
}
export interface Pair extends Keyed {
  readonly name: string
  readonly value: string
}
/** Durations are text; `rest` is what the editor has no field for, kept as it is. */
export type TriggerForm = Keyed &
  (
    | { readonly kind: 'cron'; readonly expression: string; readonly timezone: string; readonly rest: object }
    | {
        readonly kind: 'interval'
        readonly every: string
        readonly mode: 'fixed-rate' | 'fixed-delay'
        readonly rest: object
      }
    | { readonly kind: 'date'; readonly at: string; readonly timezone: string }
    | { readonly kind: 'manual' }
    | { readonly kind: 'startup'; readonly on: 'host' | 'boot'; readonly delay: string }
    | { readonly kind: 'resume'; readonly delay: string }
    | {
        readonly kind: 'watch'
        readonly paths: readonly string[]
        readonly events: readonly WatchEvent[]
        readonly settle: string
      }
    | { readonly kind: 'after'; readonly tasks: readonly string[]; readonly on: AfterTrigger['on'] }
  )

export interface TaskForm {
  name: string
  description: string
  notes: string
  tags: string[]
  enabled: boolean
  /** `line` is for a shell, `list` for none. */
  mode: 'line' | 'list'
  line: string
  list: { key: number; value: string }[]
  shell: string
  cwd: string
  env: Pair[]
  stdin: string
  /** Numbers between commas. */
  successExitCodes: string
  triggers: TriggerForm[]
  parameters: Pair[]
  timeout: string
  killGrace: string
}

let keys = 0
/** A key that no other row has. */
export function newKey(): number {
  keys += 1
  return keys
}

export function formOf(definition: TaskDefinition): TaskForm {
  const { action, policy } = definition
  const pairs = (record: Readonly<Record<string, string>>): Pair[] =>
    Object.entries(record).map(([name, value]) => ({ key: newKey(), name, value }))
  return {
    name: definition.name,
    description: definition.description,
    notes: definition.notes,
    tags: [...definition.tags],
    enabled: definition.enabled,
    mode: typeof action.command === 'string' ? 'line' : 'list',
    line: typeof action.command === 'string' ? action.command : '',
    list: typeof action.command === 'string' ? [] : action.command.map((value) => ({ key: newKey(), value })),
    shell: action.shell ?? '',
    cwd: action.cwd ?? '',
    env: pairs(action.env ?? {}),
    stdin: action.stdin ?? '',
    successExitCodes: action.successExitCodes.join(', '),
    triggers: definition.triggers.map(triggerForm),
    parameters: pairs(
      Object.fromEntries(Object.entries(definition.parameters).map(([name, value]) => [name, parameterText(value)])),
    ),
    timeout: policy.timeout === null ? '' : formatDuration(policy.timeout),
    killGrace: formatDuration(policy.killGrace),
  }
}

function triggerForm(trigger: Trigger): TriggerForm {
  const key = newKey()
  switch (trigger.kind) {
    case 'cron': {
      const { kind, expression, timezone = '', ...rest } = trigger
      return { key, kind, expression, timezone, rest }
    }
    case 'interval': {
      const { kind, every, mode, ...rest } = trigger
      return { key, kind, every: formatDuration(every), mode, rest }
    }
    case 'date':
      return { key, kind: 'date', at: trigger.at, timezone: trigger.timezone ?? '' }
    case 'manual':
      return { key, kind: 'manual' }
    case 'startup':
      return { key, kind: 'startup', on: trigger.on, delay: formatDuration(trigger.delay) }
    case 'resume':
      return { key, kind: 'resume', delay: formatDuration(trigger.delay) }
    case 'watch':
      return { key, ...trigger, settle: formatDuration(trigger.settle) }
    case 'after':
      return { key, ...trigger }
  }
}

/** What the schema is asked about. Says only what differs from not saying anything. */
export function inputOf(form: TaskForm): Record<string, unknown> {
  const given = (name: string, text: string): object => (text === '' ? {} : { [name]: text })
  const env = Object.fromEntries(form.env.filter(used).map(({ name, value }) => [name, value]))
  return {
    name: form.name,
    description: form.description,
    notes: form.notes,
    tags: [...form.tags],
    enabled: form.enabled,
    triggers: form.triggers.map(triggerInput),
    action: {
      kind: 'command',
      command: form.mode === 'line' ? form.line : form.list.map(({ value }) => value),
      ...given('shell', form.mode === 'line' ? form.shell.trim() : ''),
      ...given('cwd', form.cwd.trim()),
      ...(Object.keys(env).length === 0 ? {} : { env }),
      ...given('stdin', form.stdin),
      successExitCodes: readCodes(form.successExitCodes),
    },
    policy: {
      timeout: form.timeout.trim() === '' ? null : form.timeout,
      killGrace: form.killGrace.trim() === '' ? '5s' : form.killGrace,
    },
    parameters: Object.fromEntries(
      form.parameters.filter(used).map(({ name, value }) => [name.trim(), readParameter(value)]),
    ),
  }
}

/** A row that was added and left empty is not there. */
const used = (pair: Pair): boolean => pair.name.trim() !== '' || pair.value !== ''

export function triggerInput(form: TriggerForm): object {
  const zone = (timezone: string): object => (timezone === '' ? {} : { timezone })
  switch (form.kind) {
    case 'cron':
      return { kind: 'cron', expression: form.expression.trim(), ...zone(form.timezone), ...form.rest }
    case 'interval':
      return { kind: 'interval', every: form.every, mode: form.mode, ...form.rest }
    case 'date':
      return { kind: 'date', at: form.at, ...zone(form.timezone) }
    case 'manual':
      return { kind: 'manual' }
    case 'startup':
      return { kind: 'startup', on: form.on, delay: form.delay.trim() === '' ? 0 : form.delay }
    case 'resume':
      return { kind: 'resume', delay: form.delay.trim() === '' ? 0 : form.delay }
    case 'watch':
      return { kind: 'watch', paths: form.paths, events: form.events, settle: form.settle }
    case 'after':
      return { kind: 'after', tasks: form.tasks, on: form.on }
  }
}

/** Whatever is no number stays text, so that the schema refuses it. */
function readCodes(text: string): unknown[] {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  return parts.length === 0 ? [0] : parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

export interface Checked {
  /** Undefined while something is wrong. */
  readonly definition: TaskDefinition | undefined
  /** By dotted path into the definition: `triggers.0.expression`. */
  readonly errors: ReadonlyMap<string, string>
}

/** @param twice what to say of a name that two rows have */
export function checkForm(form: TaskForm, twice: string): Checked {
  const errors = new Map<string, string>()
  for (const [list, path] of [
    [form.env, 'action.env'],
    [form.parameters, 'parameters'],
  ] as const) {
    const names = list.filter(used).map((pair) => pair.name.trim())
    const again = names.find((name, index) => names.indexOf(name) !== index)
    if (again !== undefined) errors.set(`${path}.${again}`, twice)
  }
  const parsed = taskDefinition.safeParse(inputOf(form))
  if (parsed.success) return { definition: errors.size === 0 ? parsed.data : undefined, errors }
  const { field = '', message, detail } = invalidInput(parsed.error)
  const all = Array.isArray(detail) ? (detail as { field: string; message: string }[]) : [{ field, message }]
  for (const problem of all) if (!errors.has(problem.field)) errors.set(problem.field, problem.message)
  return { definition: undefined, errors }
}

/** The message at a path, or at the first one below it. */
export function errorAt(errors: ReadonlyMap<string, string>, path: string): string | undefined {
  const own = errors.get(path)
  if (own !== undefined) return own
  for (const [at, message] of errors) if (at.startsWith(`${path}.`)) return message
  return undefined
}

/** What a fresh task begins with. */
function blankDefinition(): TaskDefinition {
  return taskDefinition.parse({
    name: 'x',
    triggers: [{ kind: 'cron', expression: '0 2 * * *' }],
    action: { kind: 'command', command: 'x' },
  })
}

/** A form for a new task: nothing but a schedule that one changes. */
export function blankForm(): TaskForm {
  return { ...formOf(blankDefinition()), name: '', line: '' }
}
