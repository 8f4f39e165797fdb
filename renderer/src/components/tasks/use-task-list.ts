import { watchThrottled } from '@vueuse/core'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { TaskView } from '@shared/model/task'
import { useTaskView } from '../../stores/task-view'
import { useTasks } from '../../stores/tasks'
import { listTasks, sortKey } from './task-list'

export interface TaskList {
  readonly rows: Ref<readonly TaskView[]>
  /** How many tasks would stand elsewhere, newly, or not at all, if the list were sorted anew. */
  readonly changed: Ref<number>
  refresh(): void
}

/**
 * The rows in an order that live updates do not change while it is looked at: the order is a snapshot, taken anew when the
 * operator asks for another, when tasks are made, when `busy` ends, and otherwise only while it is false.
 */
export function useTaskList(busy: Ref<boolean>): TaskList {
  const tasks = useTasks()
  const view = useTaskView()
  /** Ids in their order, each with what it was sorted by. */
  const snapshot = shallowRef<ReadonlyMap<string, string>>(new Map())
  const changed = ref(0)
  let known = 0

  const query = computed(() => ({ search: view.search, filter: view.filter, tags: view.tags }))

  const sorted = (): ReadonlyMap<string, string> =>
    new Map(
      listTasks(tasks.all, query.value, view.sort).map((task) => [
        task.id,
        `${sortKey(task, view.sort.by)} ${task.name}`,
      ]),
    )

  function refresh(): void {
    snapshot.value = sorted()
    known = tasks.byId.size
    changed.value = 0
  }

  function consider(): void {
    if (!busy.value || tasks.byId.size > known) return refresh()
    known = tasks.byId.size
    changed.value = countChanged(sorted())
  }

  function countChanged(fresh: ReadonlyMap<string, string>): number {
    const shown = [...snapshot.value.keys()].filter((id) => tasks.byId.has(id))
    const order = [...fresh.keys()]
    if (order.length === shown.length && order.every((id, index) => id === shown[index])) return 0
    const differs = (id: string): boolean => snapshot.value.get(id) !== fresh.get(id)
    return [...new Set([...shown, ...order])].filter(differs).length
  }

  watch([query, () => view.sort], refresh, { immediate: true })
  watchThrottled(() => tasks.all, consider, { throttle: 300, trailing: true, leading: true })
  watch(busy, (now) => {
    if (!now) refresh()
  })

  return {
    rows: computed(() => {
      const rows: TaskView[] = []
      for (const id of snapshot.value.keys()) {
        const task = tasks.byId.get(id)
        if (task) rows.push(task)
      }
      return rows
    }),
    changed,
    refresh,
  }
}
