/** tasks.json. */
import { z } from 'zod'
import { task, type Task } from '@shared/model/task'
import type { StoreContext } from './context'
import { describe } from './format'
import { openDocument, type DocumentSpec } from './json-document'
import type { TaskStore } from './types'

interface Tasks {
  /** Counts the writes. */
  readonly revision: number
  readonly byId: ReadonlyMap<string, Task>
}

const body = z.object({ revision: z.int().min(0).default(0), tasks: z.array(z.unknown()) })

const tasksSpec: DocumentSpec<Tasks> = {
  name: 'tasks.json',
  format: 1,
  empty: { revision: 0, byId: new Map() },
  read(raw) {
    const { revision, tasks } = body.parse(raw)
    const byId = new Map<string, Task>()
    const skipped: string[] = []
    tasks.forEach((candidate, index) => {
      const parsed = task.safeParse(candidate)
      if (!parsed.success) skipped.push(`task ${index} (${nameOf(candidate)}) is skipped: ${describe(parsed.error)}`)
      else if (byId.has(parsed.data.id)) skipped.push(`task ${index} is skipped: its id ${parsed.data.id} is taken`)
      else byId.set(parsed.data.id, parsed.data)
    })
    return { data: { revision, byId }, skipped }
  },
  write: ({ revision, byId }) => ({ revision, tasks: [...byId.values()] }),
}

const named = z.object({ name: z.string() })

function nameOf(candidate: unknown): string {
  return named.safeParse(candidate).data?.name ?? 'without a name'
}

export async function openTaskStore(context: StoreContext): Promise<TaskStore & { close(): Promise<void> }> {
  const document = await openDocument(context, tasksSpec)
  const change = (edit: (byId: Map<string, Task>) => void) =>
    document.update(({ revision, byId }) => {
      const next = new Map(byId)
      edit(next)
      return { revision: revision + 1, byId: next }
    })
  let listed: { readonly of: Tasks; readonly tasks: readonly Task[] } | undefined
  return {
    all() {
      const now = document.get()
      if (listed?.of !== now) listed = { of: now, tasks: [...now.byId.values()] }
      return listed.tasks
    },
    get: (id) => document.get().byId.get(id),
    put: (tasks) => change((byId) => tasks.forEach((one) => byId.set(one.id, one))),
    remove: (id) => change((byId) => byId.delete(id)),
    close: () => document.close(),
  }
}
