/** A task as the editor's fields hold it: text where people type, checked by the very schema that the host checks by. */
import { invalidInput } from '@shared/errors'
import { taskDefinition, type TaskDefinition } from '@shared/model/task'
import { given, newKey, type Keyed } from './keyed'
import { parameterText, readParameter } from './parameter-text'
import { policyForm, policyInput, type PolicyForm } from './policy-form'
import { triggerForm, triggerInput, type TriggerForm } from './trigger-form'

export interface Pair extends Keyed {
  readonly name: string
  readonly value: string
}
export interface TaskForm extends PolicyForm {
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
    ...policyForm(policy),
  }
}

/** What the schema is asked about. Says only what differs from not saying anything. */
export function inputOf(form: TaskForm): Record<string, unknown> {
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
    policy: policyInput(form),
    parameters: Object.fromEntries(
      form.parameters.filter(used).map(({ name, value }) => [name.trim(), readParameter(value)]),
    ),
  }
}

/** A row that was added and left empty is not there. */
const used = (pair: Pair): boolean => pair.name.trim() !== '' || pair.value !== ''

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
