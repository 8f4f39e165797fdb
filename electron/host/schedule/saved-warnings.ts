/** What is doubtful of a task, told in the answer when it is saved. */
import type { SavedWarning } from '@shared/model/schedule'
import type { Task } from '@shared/model/task'
import { warningWords } from '@shared/schedule/preview-words'
import { warningField } from '@shared/schedule/warning-field'
import { definitionWarnings, type WarningFacts } from './definition-warnings'
import type { Moment } from './trigger-times'

/** @param reckoned what the task's triggers are reckoned by now */
export async function savedWarnings(task: Task, reckoned: Moment, facts: WarningFacts): Promise<SavedWarning[]> {
  const { triggers, policy } = task
  // A run that is active will end: a fixed delay has times to come.
  const moment = { ...reckoned, idleSince: reckoned.idleSince ?? facts.now }
  const definition = { triggers, moment, windows: policy, duration: 0, jitter: policy.jitter }
  const words = { timeZone: moment.zone, alone: triggers.length === 1 }
  return (await definitionWarnings(definition, facts)).map((warning) => ({
    field: warningField(warning, task),
    reason: warningWords(warning, 'en', words),
    warning,
  }))
}
