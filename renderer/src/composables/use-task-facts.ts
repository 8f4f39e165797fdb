import { useI18n } from 'vue-i18n'
import type { TaskDefinition } from '@shared/model/task'
import { exactWords, lateWords, limitWords, overlapWords, windowLines } from '@shared/schedule/policy-words'
import { triggerWords, type WordsLocale } from '@shared/schedule/words'
import { parameterText } from '../lib/parameter-text'
import { useSystem } from '../stores/system'
import { useTasks } from '../stores/tasks'
import { useFormat } from './use-format'

const factKeys = [
  'name',
  'command',
  'shell',
  'cwd',
  'env',
  'stdin',
  'successExitCodes',
  'schedule',
  'parameters',
  'timeout',
  'killGrace',
  'late',
  'overlap',
  'limits',
  'exact',
  'windows',
  'enabled',
  'tags',
  'description',
  'notes',
] as const
export type FactKey = (typeof factKeys)[number]

export interface Fact {
  readonly key: FactKey
  readonly label: string
  /** Lines of text; none where the task does not say. */
  readonly lines: readonly string[]
  /** To be set in the fixed font. */
  readonly mono: boolean
}

const mono: ReadonlySet<FactKey> = new Set([
  'command',
  'shell',
  'cwd',
  'env',
  'stdin',
  'parameters',
  'successExitCodes',
])

/** A definition as facts that a person reads; also what old and new are compared by. */
export function useTaskFacts(): (definition: TaskDefinition) => readonly Fact[] {
  const { t, locale } = useI18n()
  const { exactly } = useFormat()
  const system = useSystem()
  const tasks = useTasks()
  const taskName = (id: string): string => tasks.byId.get(id)?.name ?? id

  return (definition) => {
    const { action, policy, triggers } = definition
    const language = locale.value as WordsLocale
    const maybe = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : [text])
    const lines: Record<FactKey, readonly string[]> = {
      name: [definition.name],
      command: [typeof action.command === 'string' ? action.command : action.command.map(shellQuoted).join(' ')],
      shell: maybe(action.shell),
      cwd: maybe(action.cwd),
      env: Object.entries(action.env ?? {}).map(([name, value]) => `${name}=${value}`),
      stdin: maybe(action.stdin)[0]?.split('\n') ?? [],
      successExitCodes:
        action.successExitCodes.length === 1 && action.successExitCodes[0] === 0
          ? []
          : [action.successExitCodes.join(t('common.comma'))],
      schedule:
        triggers.length === 0
          ? [t('task.fact.byHand')]
          : triggers.map((trigger) => triggerWords(trigger, language, system.timeZone, taskName)),
      parameters: Object.entries(definition.parameters).map(([name, value]) => `${name} = ${parameterText(value)}`),
      timeout: policy.timeout === null ? [] : [exactly(policy.timeout)],
      killGrace: [exactly(policy.killGrace)],
      late: [lateWords(policy, language)],
      overlap: [overlapWords(policy, language)],
      limits: maybe(limitWords(policy, language)),
      exact: maybe(exactWords(policy, language)),
      windows: windowLines(policy, language),
      enabled: [t(definition.enabled ? 'task.fact.yes' : 'task.fact.no')],
      tags: maybe(definition.tags.join(t('common.comma'))),
      description: maybe(definition.description),
      notes: maybe(definition.notes)[0]?.split('\n') ?? [],
    }
    return factKeys.map((key) => ({ key, label: t(`task.fact.${key}`), lines: lines[key], mono: mono.has(key) }))
  }
}

function shellQuoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`
}
