import type { Ref } from 'vue'
import type { TaskView } from '@shared/model/task'
import { useTaskView } from '../../stores/task-view'
import type { useSelection } from './use-selection'

export interface TaskKeyActions {
  open(task: TaskView): void
  run(task: TaskView): void
  /** Or resumes it. */
  pause(task: TaskView): void
  /** Scrolls a row into sight. */
  reveal(index: number): void
  /** Rows in a page. */
  page(): number
}

/** Arrows or J/K move, Shift extends, X or Space picks, Enter opens, R runs, P pauses or resumes, Escape unpicks. */
export function useTaskKeys(
  rows: Ref<readonly TaskView[]>,
  selection: ReturnType<typeof useSelection>,
  actions: TaskKeyActions,
) {
  const view = useTaskView()

  function move(index: number, extend: boolean): void {
    const from = view.cursor
    const at = selection.moveTo(index)
    if (at < 0) return
    if (extend) {
      if (from !== null) selection.pick(from, true)
      if (view.cursor !== null) selection.pick(view.cursor, true)
    }
    actions.reveal(at)
  }

  function press(event: KeyboardEvent): void {
    const target = event.target
    // Controls inside the table have keys of their own.
    if (target instanceof Element && target !== event.currentTarget && target.closest('button, a, input')) return
    const command = event.ctrlKey || event.metaKey
    if (event.altKey || (command && event.key.toLowerCase() !== 'a')) return
    const at = selection.cursorIndex.value
    const task = rows.value[at]
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(at + 1, event.shiftKey),
      j: () => move(at + 1, event.shiftKey),
      ArrowUp: () => move(at < 0 ? 0 : at - 1, event.shiftKey),
      k: () => move(at < 0 ? 0 : at - 1, event.shiftKey),
      PageDown: () => move(at + actions.page(), event.shiftKey),
      PageUp: () => move(at - actions.page(), event.shiftKey),
      Home: () => move(0, event.shiftKey),
      End: () => move(rows.value.length - 1, event.shiftKey),
      Escape: () => selection.clear(),
      ...(command ? { a: () => selection.pickAll(true) } : {}),
      ...(task && !command
        ? {
            x: () => selection.toggle(task.id),
            ' ': () => selection.toggle(task.id),
            Enter: () => actions.open(task),
            r: () => actions.run(task),
            p: () => actions.pause(task),
          }
        : {}),
    }
    const act = moves[key]
    if (!act) return
    event.preventDefault()
    act()
  }

  return { press }
}
