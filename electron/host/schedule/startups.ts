/** Which startup triggers this start of the host makes due. */
import type { Task } from '@shared/model/task'
import type { Store } from '../store/types'

/**
 * @param bootId of the machine now; tasks that run once per boot are due when it is not the one they remember
 * @param now ms since the epoch
 * @param refused told of a task whose boot the disk did not take (STORAGE): its starts of this boot are left out
 */
export async function startupsDue(
  store: Store,
  bootId: string,
  now: number,
  refused: (task: Task, error: unknown) => void,
): Promise<{ taskId: string; at: number }[]> {
  const due: { taskId: string; at: number }[] = []
  for (const task of store.tasks.all()) {
    if (!task.enabled) continue
    const triggers = task.triggers.filter((trigger) => trigger.kind === 'startup')
    const perBoot = triggers.some(({ on }) => on === 'boot')
    const booted = perBoot && (await isFirstOf(bootId, task, store, refused))
    for (const { on, delay } of triggers) if (on === 'host' || booted) due.push({ taskId: task.id, at: now + delay })
  }
  return due
}

async function isFirstOf(
  bootId: string,
  task: Task,
  { state }: Store,
  refused: (task: Task, error: unknown) => void,
): Promise<boolean> {
  if (state.rememberedBoot(task.id) === bootId) return false
  try {
    // Before it runs: a host that dies in between has lost one start, never made two.
    await state.rememberBoot(task.id, bootId)
    return true
  } catch (error) {
    refused(task, error)
    return false
  }
}
