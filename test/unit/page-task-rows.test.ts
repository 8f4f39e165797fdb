import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'
import type { Client } from '@shared/contract'
import type { TaskView } from '@shared/model/task'
import { useTaskList, type TaskList } from '../../renderer/src/components/tasks/use-task-list'
import { useTaskView } from '../../renderer/src/stores/task-view'
import { useTasks } from '../../renderer/src/stores/tasks'
import { makeTaskView } from '../support/make-task-view'
import { startStores } from '../support/page-app'

const view = (id: string, given: Partial<TaskView> = {}): TaskView => makeTaskView({ id, name: id, ...given })
const failed = {
  state: 'failed',
  streak: { count: 1, since: '2027-03-24T09:00:00.000Z', acknowledged: false },
} as const

describe('the rows of the task list', () => {
  const busy = ref(false)
  let scope: EffectScope
  let list: TaskList

  beforeEach(() => {
    vi.useFakeTimers()
    // Nothing here asks the host.
    startStores({} as Client)
    busy.value = false
    for (const id of ['a', 'b', 'c']) useTasks().put(view(id))
    scope = effectScope()
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  function start(): void {
    list = scope.run(() => useTaskList(busy)) as TaskList
  }
  const ids = (): string[] => list.rows.value.map((task) => task.id)
  /** Until live updates have been taken up. */
  async function settle(): Promise<void> {
    await nextTick()
    await vi.advanceTimersByTimeAsync(1000)
  }

  it('take in a task that begins to match while they are looked at: counted at once, shown once the pointer leaves', async () => {
    useTasks().put(view('a', failed))
    useTaskView().filter = 'failing'
    start()
    expect(ids()).toEqual(['a'])
    busy.value = true
    useTasks().put(view('b', failed))
    await settle()
    expect(ids()).toEqual(['a'])
    expect(list.changed.value).toBe(1)
    busy.value = false
    await settle()
    expect(ids()).toEqual(['a', 'b'])
    expect(list.changed.value).toBe(0)
  })

  it('keep a task that no longer matches until the pointer leaves', async () => {
    useTaskView().search = 'a'
    start()
    busy.value = true
    useTasks().put(view('a', { name: 'x' }))
    await settle()
    expect(ids()).toEqual(['a'])
    expect(list.changed.value).toBe(1)
    busy.value = false
    await settle()
    expect(ids()).toEqual([])
  })

  it('count only what would stand elsewhere', async () => {
    useTaskView().sort = { by: 'name', descending: false }
    start()
    busy.value = true
    useTasks().put(view('a', { name: 'aa' }))
    await settle()
    expect(list.changed.value).toBe(0)
    useTasks().put(view('a', { name: 'z' }))
    await settle()
    expect(list.changed.value).toBe(1)
    expect(ids()).toEqual(['a', 'b', 'c'])
    list.refresh()
    expect(ids()).toEqual(['b', 'c', 'a'])
  })

  it('are sorted anew as soon as the pointer leaves, also what came a moment before', async () => {
    start()
    busy.value = true
    await settle()
    useTasks().put(view('c', failed))
    await nextTick()
    useTasks().put(view('b', failed))
    busy.value = false
    await nextTick()
    expect(ids()).toEqual(['b', 'c', 'a'])
  })
})
