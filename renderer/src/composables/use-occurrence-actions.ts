import { useToast } from '@nuxt/ui/composables'
import { useI18n } from 'vue-i18n'
import type { TaskView } from '@shared/model/task'
import { useClient } from '../client'
import { useTasks } from '../stores/tasks'
import { useFormat } from './use-format'
import { undoFor, useTaskActions } from './use-task-actions'

/** What can be done about what a task has missed, and about what comes next; in the manner of `useTaskActions`. */
export function useOccurrenceActions() {
  const client = useClient()
  const tasks = useTasks()
  const toast = useToast()
  const actions = useTaskActions()
  const { instants } = useFormat()
  const { t } = useI18n()

  /** Settles what the task has missed; `remember` makes it the task's rule, which a toast can take back. */
  const decide = (task: TaskView, decision: 'run' | 'skip', remember: boolean): Promise<boolean> =>
    actions.attempt(t('common.failed.decide', { name: task.name }), async () => {
      const before = task.policy.onMissed
      const known = new Set(task.activeRuns)
      const answer = await tasks.change(
        task.id,
        (was) => ({ ...was, missed: null, ...(remember ? { policy: { ...was.policy, onMissed: decision } } : {}) }),
        () => client.inbox.decide({ id: task.id, decision, remember }),
      )
      const started = answer.activeRuns.find((id) => !known.has(id))
      if (remember) tellRule(task, decision, before)
      else if (decision === 'skip') tellSkipped(task)
      else if (started !== undefined) actions.tellStarted(task, started)
    })

  function tellRule(task: TaskView, rule: 'run' | 'skip', before: TaskView['policy']['onMissed']): void {
    toast.add({
      title: t(rule === 'run' ? 'common.done.ruleRun' : 'common.done.ruleSkip', { name: task.name }),
      icon: 'i-lucide-bookmark-check',
      color: 'neutral',
      duration: undoFor,
      orientation: 'horizontal',
      actions: [
        {
          label: t('common.undo'),
          color: 'primary',
          variant: 'ghost',
          onClick: () => void setMissedRule(task, before),
        },
      ],
    })
  }

  /** Nothing can bring the question back; what it was about can still be run. */
  function tellSkipped(task: TaskView): void {
    toast.add({
      title: t('common.done.missedSkipped', { name: task.name }),
      description: t('common.done.missedSkippedHint'),
      icon: 'i-lucide-chevrons-right',
      color: 'neutral',
      duration: undoFor,
      orientation: 'horizontal',
      actions: [
        { label: t('common.action.runNow'), color: 'primary', variant: 'ghost', onClick: () => void actions.run(task) },
      ],
    })
  }

  /** What becomes of what the task misses from now on. */
  const setMissedRule = (task: TaskView, onMissed: TaskView['policy']['onMissed']): Promise<boolean> =>
    actions.attempt(t('common.failed.save'), () =>
      tasks.change(
        task.id,
        (was) => ({ ...was, policy: { ...was.policy, onMissed } }),
        () => client.tasks.update({ id: task.id, change: { policy: { onMissed } } }),
      ),
    )

  /** The next planned occurrence will not run; a toast can take that back. */
  const skipNext = (task: TaskView): Promise<boolean> =>
    actions.attempt(t('common.failed.skipNext', { name: task.name }), async () => {
      const before = new Set(tasks.byId.get(task.id)?.skips ?? task.skips)
      const answer = await client.tasks.skipNext({ id: task.id })
      tasks.put(answer)
      const at = answer.skips.find((skip) => !before.has(skip))
      if (at === undefined) return
      toast.add({
        title: t('common.done.skippedNext', { name: task.name, at: instants.value.near(at, Date.now()) }),
        icon: 'i-lucide-skip-forward',
        color: 'neutral',
        duration: undoFor,
        orientation: 'horizontal',
        actions: [
          { label: t('common.undo'), color: 'primary', variant: 'ghost', onClick: () => void unskip(answer, at) },
        ],
      })
    })

  /** @param at the instant that is to run after all; undefined: all of them */
  const unskip = (task: TaskView, at?: string): Promise<boolean> =>
    actions.attempt(t('common.failed.unskip', { name: task.name }), () =>
      tasks.change(
        task.id,
        (was) => ({ ...was, skips: at === undefined ? [] : was.skips.filter((skip) => skip !== at) }),
        () => client.tasks.unskip({ id: task.id, ...(at === undefined ? {} : { at }) }),
      ),
    )

  return { decide, setMissedRule, skipNext, unskip }
}
