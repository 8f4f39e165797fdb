import { createSharedComposable } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Run } from '@shared/model/run'
import { useRuns } from '../stores/runs'

/** A run is worth a place once it has taken this many ms: a task of milliseconds would flicker. */
const settleAfter = 500
/** What has ended keeps its place for this many ms, so that nothing jumps away under the pointer. */
const lingerFor = 2000

export interface RunningNow {
  /** Oldest first; what has just ended is among them. */
  readonly shown: Ref<readonly Run[]>
  /** Of those, how many are really active. */
  readonly count: Ref<number>
}

/** What runs now, calmly. */
export const useRunningNow: () => RunningNow = createSharedComposable((): RunningNow => {
  const runs = useRuns()
  const shown = shallowRef<readonly Run[]>([])
  const count = shallowRef(0)
  /** Ids that have a place, with the timer of those that have ended. */
  const places = new Map<string, ReturnType<typeof setTimeout> | undefined>()
  const settling = new Map<string, ReturnType<typeof setTimeout>>()

  function redraw(): void {
    shown.value = [...places.keys()].flatMap((id) => runs.byId.get(id) ?? [])
    count.value = shown.value.filter((run) => places.get(run.id) === undefined).length
  }

  function settle(run: Run): void {
    if (places.has(run.id) || settling.has(run.id)) return
    const left = settleAfter - (Date.now() - Date.parse(run.createdAt))
    if (left <= 0) places.set(run.id, undefined)
    else {
      const enter = (): void => {
        settling.delete(run.id)
        places.set(run.id, undefined)
        redraw()
      }
      settling.set(run.id, setTimeout(enter, left))
    }
  }

  function leave(id: string): void {
    const leaveNow = (): void => {
      places.delete(id)
      redraw()
    }
    places.set(id, setTimeout(leaveNow, lingerFor))
  }

  watch(
    () => runs.active,
    (active) => {
      const ids = new Set(active.map((run) => run.id))
      for (const [id, timer] of settling) {
        if (ids.has(id)) continue
        clearTimeout(timer)
        settling.delete(id)
      }
      for (const [id, timer] of places) if (timer === undefined && !ids.has(id)) leave(id)
      for (const run of active) settle(run)
      redraw()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    for (const timer of [...places.values(), ...settling.values()]) clearTimeout(timer)
  })
  return { shown, count }
})
