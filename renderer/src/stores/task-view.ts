import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { TaskFilter, TaskSort } from '../components/tasks/task-list'

/** How the operator looks at the task list; it stays while other pages are open. */
export const useTaskView = defineStore('task-view', () => ({
  search: ref(''),
  filter: ref<TaskFilter>('all'),
  tags: ref<string[]>([]),
  sort: ref<TaskSort>({ by: 'state', descending: false }),
  selected: ref<ReadonlySet<string>>(new Set()),
  /** Id of the row that the keyboard is on. */
  cursor: ref<string | null>(null),
  /** Pixels. */
  scrollTop: ref(0),
}))
