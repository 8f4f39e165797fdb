import { useIntervalFn, watchDebounced } from '@vueuse/core'
import { computed, shallowRef, type Ref } from 'vue'
import type { PlannedOccurrence } from '@shared/model/schedule'
import { useClient } from '../client'
import { useTasks } from '../stores/tasks'
import { longestSpan } from './view'

const most = 200
/** Occurrences asked for over all tasks, about. */
const budget = 20_000

export interface Planned {
  /** Per task, in ms since the epoch, soonest first. */
  readonly byTask: ReadonlyMap<string, readonly number[]>
  readonly perTask: number
}

/**
 * What all tasks plan from now on; asked for again when a task's schedule changes, when more is shown, and every minute.
 * @param ahead how far, in ms
 */
export function usePlanned(ahead: Ref<number>): Ref<Planned> {
  const client = useClient()
  const tasks = useTasks()
  const planned = shallowRef<Planned>({ byTask: new Map(), perTask: most })
  const reach = computed(
    () => [1, 2, 4, 7, 14].map((half) => half * 43_200_000).find((one) => one >= ahead.value) ?? longestSpan,
  )
  const schedules = computed(() =>
    tasks.all.map((task) => `${task.id} ${task.revision} ${task.nextAt === null}`).join('\n'),
  )

  async function fetch(): Promise<void> {
    const perTask = Math.max(3, Math.min(most, Math.floor(budget / Math.max(1, tasks.byId.size))))
    const until = new Date(Date.now() + reach.value).toISOString()
    // Without an answer what is shown stays; the connection says that the host is gone.
    const answer = await client.schedule.upcoming({ until, perTask }).catch(() => undefined)
    if (answer) planned.value = { byTask: grouped(answer.items), perTask }
  }

  watchDebounced([schedules, reach], () => void fetch(), { debounce: 300, maxWait: 2000, immediate: true })
  useIntervalFn(() => void fetch(), 60_000)
  return planned
}

function grouped(items: readonly PlannedOccurrence[]): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const { taskId, at } of items) {
    const group = groups.get(taskId)
    if (group) group.push(Date.parse(at))
    else groups.set(taskId, [Date.parse(at)])
  }
  return groups
}
