/** Which startup triggers this start of the host makes due. */
import type { Store } from '../store/types'

/**
 * @param bootId of the machine now; tasks that run once per boot are due when it is not the one they remember
 * @param now ms since the epoch
 */
export async function startupsDue(
  store: Store,
  bootId: string,
  now: number,
): Promise<{ taskId: string; at: number }[]> {
  const due: { taskId: string; at: number }[] = []
  for (const task of store.tasks.all()) {
    if (!task.enabled) continue
    for (const trigger of task.triggers) {
      if (trigger.kind !== 'startup') continue
      if (trigger.on === 'boot') {
        if (store.state.rememberedBoot(task.id) === bootId) continue
        // Before it runs: a host that dies in between has lost one start, never made two.
        await store.state.rememberBoot(task.id, bootId)
      }
      due.push({ taskId: task.id, at: now + trigger.delay })
    }
  }
  return due
}
