import { useI18n } from 'vue-i18n'
import type { TaskView } from '@shared/model/task'
import { useFormat } from './use-format'

/** What a task has missed, and why, as the operator reads it. */
export function useMissedWords() {
  const { t } = useI18n()
  const { instants, exactly, count } = useFormat()
  return {
    /** `missed 3, last 02:00`. */
    what: ({ count: n, until }: NonNullable<TaskView['missed']>, now: number): string =>
      t('today.attention.missed', { n: count(n), at: instants.value.near(until, now) }, n),
    /** `The machine was asleep, for longer than the 1 h of grace · first Mon 02:00`. */
    why(task: Pick<TaskView, 'policy'>, missed: NonNullable<TaskView['missed']>, now: number): string {
      const { misfireGrace } = task.policy
      const why = t(`today.attention.missedWhy.${missed.reason}`)
      const whole = misfireGrace === null ? why : t('today.attention.grace', { why, grace: exactly(misfireGrace) })
      return missed.count === 1
        ? whole
        : [whole, t('today.attention.missedFirst', { at: instants.value.near(missed.from, now) })].join(
            t('common.separator'),
          )
    },
  }
}
