import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Run } from '@shared/model/run'

const lingerFor = 2000

/** Active runs, and for 2 s those that were. A run that was over before it was seen running is not shown at all. */
export function useLingering(active: Ref<readonly Run[]>, find: (id: string) => Run | undefined): Ref<readonly Run[]> {
  const shown = shallowRef<readonly Run[]>(active.value)
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const refresh = (): void => {
    const current = new Map(active.value.map((run) => [run.id, run]))
    const kept: Run[] = []
    for (const { id } of shown.value) {
      const run = current.get(id) ?? (timers.has(id) ? find(id) : undefined)
      if (run) kept.push(run)
      current.delete(id)
    }
    shown.value = [...kept, ...current.values()]
  }
  watch(active, (now) => {
    const ids = new Set(now.map((run) => run.id))
    for (const { id } of shown.value) {
      if (ids.has(id) || timers.has(id)) continue
      timers.set(
        id,
        setTimeout(() => {
          timers.delete(id)
          refresh()
        }, lingerFor),
      )
    }
    refresh()
  })
  onScopeDispose(() => {
    for (const timer of timers.values()) clearTimeout(timer)
  })
  return shown
}
