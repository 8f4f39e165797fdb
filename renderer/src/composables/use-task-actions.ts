import { useToast } from '@nuxt/ui/composables'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { BelfryError } from '@shared/errors'
import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'
import { useClient } from '../client'
import { useRuns } from '../stores/runs'
import { useTasks } from '../stores/tasks'
import { useConfirm } from './use-confirm'
import { useFormat } from './use-format'
import { useProblem } from './use-problem'

/** Milliseconds in which an action can be taken back. */
export const undoFor = 8000

/**
 * What can be done to tasks and runs, from anywhere. Shows itself at once, is rolled back when the host refuses, and says
 * so in a toast; none of these throws. Each answers whether it was done.
 */
export function useTaskActions() {
  const client = useClient()
  const tasks = useTasks()
  const runs = useRuns()
  const toast = useToast()
  const router = useRouter()
  const confirm = useConfirm()
  const problem = useProblem()
  const { duration } = useFormat()
  const { t } = useI18n()

  async function attempt(title: string, call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call()
      return true
    } catch (error) {
      problem.show(title, error)
      return false
    }
  }

  /** Starts a run now, with the task's own parameters unless others are given. */
  async function run(task: TaskView, parameters?: TaskView['parameters']): Promise<Run | undefined> {
    let started: Run | undefined
    await attempt(t('common.failed.run', { name: task.name }), async () => {
      started = await startOrAsk(task, parameters)
      if (started === undefined) return
      runs.put(started)
      tellStarted(task, started.id)
    })
    return started
  }

  /** At as many runs as the task may have, asks whether there shall be one more. Undefined when there shall not. */
  async function startOrAsk(task: TaskView, parameters?: TaskView['parameters']): Promise<Run | undefined> {
    const given = { id: task.id, ...(parameters ? { parameters } : {}) }
    try {
      return await client.tasks.run(given)
    } catch (error) {
      const going = tasks.byId.get(task.id)?.activeRuns.length ?? 0
      if (!(error instanceof BelfryError) || error.code !== 'CONFLICT' || going === 0) throw error
      const agreed = await confirm({
        title: t('common.confirm.forceTitle', { name: task.name }),
        description: t('common.confirm.force', going),
        confirmLabel: t('common.confirm.forceYes'),
        color: 'primary',
      })
      return agreed ? await client.tasks.run({ ...given, force: true }) : undefined
    }
  }

  /** Says in a toast that a run has begun, with a way to it. */
  function tellStarted(task: TaskView, runId: string): void {
    toast.add({
      title: t('common.done.started', { name: task.name }),
      color: 'info',
      icon: 'i-lucide-play',
      duration: 4000,
      orientation: 'horizontal',
      actions: [
        {
          label: t('common.done.watch'),
          color: 'neutral',
          variant: 'outline',
          onClick: () => void router.push(`/runs/${runId}`),
        },
      ],
    })
  }

  /** @param until an instant; null: until resumed */
  const pause = (task: TaskView, until: string | null = null): Promise<boolean> =>
    attempt(t('common.failed.pause', { name: task.name }), () =>
      tasks.change(
        task.id,
        (was) => ({
          ...was,
          pause: { since: new Date().toISOString(), until },
          nextAt: null,
          state: was.activeRuns.length > 0 ? was.state : 'paused',
        }),
        () => client.tasks.pause({ id: task.id, until }),
      ),
    )

  const resume = (task: TaskView): Promise<boolean> =>
    attempt(t('common.failed.resume', { name: task.name }), () =>
      tasks.change(
        task.id,
        (was) => ({
          ...was,
          pause: null,
          state: was.state === 'paused' ? ((was.recent.at(-1)?.status ?? 'idle') as TaskView['state']) : was.state,
        }),
        () => client.tasks.resume({ id: task.id }),
      ),
    )

  const setEnabled = (task: TaskView, enabled: boolean): Promise<boolean> =>
    attempt(t(enabled ? 'common.failed.enable' : 'common.failed.disable', { name: task.name }), () =>
      tasks.change(
        task.id,
        (was) => ({ ...was, enabled, ...(enabled ? {} : { nextAt: null }) }),
        () => (enabled ? client.tasks.enable({ id: task.id }) : client.tasks.disable({ id: task.id })),
      ),
    )

  const acknowledge = (task: TaskView): Promise<boolean> =>
    attempt(t('common.failed.acknowledge', { name: task.name }), () =>
      tasks.change(
        task.id,
        (was) => ({ ...was, streak: was.streak && { ...was.streak, acknowledged: true } }),
        () => client.tasks.acknowledge({ id: task.id }),
      ),
    )

  /** Removes tasks at once; a toast can put them back as they were. Answers those that went. */
  async function remove(...doomed: readonly TaskView[]): Promise<TaskView[]> {
    const gone: TaskView[] = []
    for (const task of doomed) {
      await attempt(t('common.failed.delete', { name: task.name }), async () => {
        gone.push(await tasks.remove(task.id, () => client.tasks.remove({ id: task.id })))
      })
    }
    const [first] = gone
    if (!first) return gone
    toast.add({
      title:
        gone.length === 1 ? t('common.done.deleted', { name: first.name }) : t('common.done.deletedMany', gone.length),
      icon: 'i-lucide-trash-2',
      color: 'neutral',
      duration: undoFor,
      orientation: 'horizontal',
      actions: [{ label: t('common.undo'), color: 'primary', variant: 'ghost', onClick: () => void restore(gone) }],
    })
    return gone
  }

  async function restore(gone: readonly TaskView[]): Promise<void> {
    for (const task of gone) {
      await attempt(t('common.failed.restore', { name: task.name }), async () => {
        tasks.put(await client.tasks.restore({ id: task.id }))
      })
    }
  }

  /** Asks first, naming what will end. */
  async function cancel(target: Run): Promise<boolean> {
    const grace = tasks.byId.get(target.taskId)?.policy.killGrace ?? 5000
    const agreed = await confirm({
      title: t('common.confirm.cancelTitle', { name: target.taskName }),
      description:
        target.process === null
          ? t('run.confirm.queued')
          : t('run.confirm.withPid', { pid: target.process.pid, grace: duration(grace) }),
      confirmLabel: t('common.confirm.cancelYes'),
      cancelLabel: t('common.confirm.cancelNo'),
    })
    return agreed && (await attempt(t('common.failed.cancel', { name: target.taskName }), () => runs.cancel(target.id)))
  }

  return {
    attempt,
    run,
    tellStarted,
    pause,
    resume,
    setEnabled,
    acknowledge,
    remove,
    cancel,
  }
}
