import { useToast } from '@nuxt/ui/composables'
import { useI18n } from 'vue-i18n'
import { messageOf } from '@shared/errors'
import type { TaskView } from '@shared/model/task'
import { useClient } from '../../client'
import { useConfirm } from '../../composables/use-confirm'
import { useTaskActions } from '../../composables/use-task-actions'
import { useRuns } from '../../stores/runs'
import { useTasks } from '../../stores/tasks'

/** The same thing for several tasks; one toast says what was refused. */
export function useBulk() {
  const client = useClient()
  const tasks = useTasks()
  const runs = useRuns()
  const actions = useTaskActions()
  const confirm = useConfirm()
  const toast = useToast()
  const { t } = useI18n()

  async function each(chosen: readonly TaskView[], call: (task: TaskView) => Promise<unknown>): Promise<void> {
    const refused: string[] = []
    for (const task of chosen) {
      try {
        await call(task)
      } catch (error) {
        refused.push(`${task.name}: ${messageOf(error)}`)
      }
    }
    if (refused.length === 0) return
    toast.add({
      title: t('tasks.bulk.refused', { n: refused.length, all: chosen.length }),
      description: refused.slice(0, 3).join('\n'),
      color: 'error',
      icon: 'i-lucide-circle-x',
      ui: { description: 'whitespace-pre-line' },
    })
  }

  function names(all: readonly TaskView[]): string {
    const shown = all.slice(0, 10).map((task) => task.name)
    return [...shown, ...(all.length > shown.length ? ['…'] : [])].join(t('common.comma'))
  }

  const put = (answer: TaskView): void => tasks.put(answer)

  return {
    /** Asks first when it is more than one. */
    async run(chosen: readonly TaskView[]): Promise<void> {
      const agreed =
        chosen.length <= 1 ||
        (await confirm({
          title: t('tasks.bulk.runTitle', chosen.length),
          description: names(chosen),
          confirmLabel: t('common.action.runNow'),
          color: 'primary',
        }))
      if (agreed) await each(chosen, async (task) => runs.put(await client.tasks.run({ id: task.id })))
    },
    pause: (chosen: readonly TaskView[]): Promise<void> =>
      each(chosen, async (task) => put(await client.tasks.pause({ id: task.id }))),
    resume: (chosen: readonly TaskView[]): Promise<void> =>
      each(chosen, async (task) => put(await client.tasks.resume({ id: task.id }))),
    enable: (chosen: readonly TaskView[]): Promise<void> =>
      each(chosen, async (task) => put(await client.tasks.enable({ id: task.id }))),
    disable: (chosen: readonly TaskView[]): Promise<void> =>
      each(chosen, async (task) => put(await client.tasks.disable({ id: task.id }))),
    /** Can be undone for a while. */
    remove: (chosen: readonly TaskView[]): Promise<TaskView[]> => actions.remove(...chosen),
  }
}
