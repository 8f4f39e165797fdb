import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { BelfryError } from '@shared/errors'
import { byUrgency, concernsOf } from '@shared/model/attention'
import type { TaskView } from '@shared/model/task'
import { useClient } from '../client'

/** All tasks, as the host last told. */
export const useTasks = defineStore('tasks', () => {
  const client = useClient()
  const byId = shallowReactive(new Map<string, TaskView>())
  const loaded = ref(false)

  const all = computed(() => [...byId.values()])
  /** All that needs someone, the most urgent first; a task may be there more than once. */
  const attention = computed(() => concernsOf(all.value).sort(byUrgency))
  const tags = computed(() => [...new Set(all.value.flatMap((task) => task.tags))].sort((a, b) => a.localeCompare(b)))

  async function load(): Promise<void> {
    const { items } = await client.tasks.list()
    byId.clear()
    for (const task of items) byId.set(task.id, task)
    loaded.value = true
  }

  function put(task: TaskView): void {
    byId.set(task.id, task)
  }

  function drop(id: string): void {
    byId.delete(id)
  }

  /** Shows `guess` at once and what the host answers then; puts back what was there when it refuses, and throws. */
  async function change(
    id: string,
    guess: (task: TaskView) => TaskView,
    call: () => Promise<TaskView>,
  ): Promise<TaskView> {
    const before = byId.get(id)
    const guessed = before && guess(before)
    if (guessed) byId.set(id, guessed)
    try {
      const answer = await call()
      byId.set(id, answer)
      return answer
    } catch (error) {
      // An event that came meanwhile is newer than what was there.
      if (before && byId.get(id) === guessed) byId.set(id, before)
      throw error
    }
  }

  /** Takes it away at once; puts back what was there when the host refuses, unless it has none such either, and throws. */
  async function remove(id: string, call: () => Promise<TaskView>): Promise<TaskView> {
    const before = byId.get(id)
    byId.delete(id)
    try {
      return await call()
    } catch (error) {
      const gone = error instanceof BelfryError && error.code === 'NOT_FOUND'
      // An event that came meanwhile is newer than what was there.
      if (before && !gone && !byId.has(id)) byId.set(id, before)
      throw error
    }
  }

  return { byId, loaded, all, attention, tags, load, put, drop, change, remove }
})
