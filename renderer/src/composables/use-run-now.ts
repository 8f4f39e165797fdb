import { useOverlay } from '@nuxt/ui/composables'
import type { Parameters } from '@shared/model/common'
import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'
import RunDialog from '../components/task/RunDialog.vue'
import { useTaskActions } from './use-task-actions'

/** Runs a task now; a task with parameters is asked for them first. Undefined when it was not started. */
export function useRunNow(): (task: TaskView) => Promise<Run | undefined> {
  const overlay = useOverlay()
  const actions = useTaskActions()
  return async (task) => {
    if (Object.keys(task.parameters).length === 0) return await actions.run(task)
    const dialog = overlay.create(RunDialog, { destroyOnClose: true })
    const given = (await dialog.open({ name: task.name, parameters: task.parameters }).result) as
      Parameters | null | undefined
    return given ? await actions.run(task, given) : undefined
  }
}
