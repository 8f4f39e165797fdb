import { useIntervalFn, useTimestamp } from '@vueuse/core'
import { computed, shallowRef, watch, type Ref } from 'vue'
import { needsAttention } from '@shared/model/attention'
import type { TaskView } from '@shared/model/task'
import { useRuns } from '../stores/runs'
import { useTasks } from '../stores/tasks'
import { hasLane, laneOrder } from './order'

/**
 * Lanes in their order. It is looked at anew when lanes come, go or need someone, else every 30 s and never under the pointer.
 * @param ahead how far what is planned is shown, in ms
 */
export function useLaneOrder(hovered: Ref<boolean>, ahead: Ref<number>): Ref<readonly TaskView[]> {
  const tasks = useTasks()
  const runs = useRuns()
  const order = shallowRef<readonly string[]>([])
  const minute = useTimestamp({ interval: 60_000 })
  const shown = computed(() =>
    tasks.all.filter((task) => hasLane(task, runs.byTask.has(task.id), minute.value + ahead.value)),
  )
  const signature = computed(() => shown.value.map((task) => `${task.id}${needsAttention(task) ? '!' : ''}`).join('\n'))

  const runningFor = (task: TaskView): number =>
    Math.max(
      0,
      ...task.activeRuns.map((id) => {
        const startedAt = runs.byId.get(id)?.startedAt
        return startedAt == null ? 0 : Date.now() - Date.parse(startedAt)
      }),
    )
  const refresh = (): void => {
    order.value = laneOrder(shown.value, runningFor)
  }
  watch(signature, refresh, { immediate: true })
  useIntervalFn(() => {
    if (!hovered.value) refresh()
  }, 30_000)
  return computed(() => order.value.flatMap((id) => tasks.byId.get(id) ?? []))
}
