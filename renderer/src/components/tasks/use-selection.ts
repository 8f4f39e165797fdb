import { computed, type Ref } from 'vue'
import type { TaskView } from '@shared/model/task'
import { useTaskView } from '../../stores/task-view'
import { useTasks } from '../../stores/tasks'

/** The row the keyboard is on, and the rows that are picked. Both live in the view's store, by id. */
export function useSelection(rows: Ref<readonly TaskView[]>) {
  const view = useTaskView()
  const tasks = useTasks()

  const cursorIndex = computed(() =>
    view.cursor === null ? -1 : rows.value.findIndex((task) => task.id === view.cursor),
  )
  /** Picked tasks that still exist. */
  const picked = computed(() => [...view.selected].flatMap((id) => tasks.byId.get(id) ?? []))
  const allPicked = computed<boolean | 'indeterminate'>(() => {
    const amount = rows.value.filter((task) => view.selected.has(task.id)).length
    return amount === 0 ? false : amount === rows.value.length ? true : 'indeterminate'
  })

  function pick(id: string, on: boolean): void {
    const next = new Set(view.selected)
    if (on) next.add(id)
    else next.delete(id)
    view.selected = next
  }

  return {
    cursorIndex,
    picked,
    allPicked,
    pick,
    toggle: (id: string): void => pick(id, !view.selected.has(id)),
    clear(): void {
      view.selected = new Set()
    },
    /** All that are shown, or none of them. */
    pickAll(on: boolean): void {
      view.selected = on ? new Set([...view.selected, ...rows.value.map((task) => task.id)]) : new Set()
    },
    /** Moves the cursor to a row, as near as there is one; answers its index, or -1 without rows. */
    moveTo(index: number): number {
      const at = Math.max(0, Math.min(rows.value.length - 1, index))
      view.cursor = rows.value[at]?.id ?? null
      return view.cursor === null ? -1 : at
    },
  }
}
