import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { BelfryError } from '@shared/errors'
import type { SchedulePreview } from '@shared/model/schedule'
import type { Trigger } from '@shared/model/trigger'
import { useClient } from '../client'

/** Milliseconds without a change before the host is asked. */
const settle = 60

/** What triggers come to, asked anew when they change or `again` does. Null triggers: leave what is shown. */
export function usePreview(triggers: Ref<readonly Trigger[] | null>, again?: Ref<unknown>) {
  const client = useClient()
  const preview = shallowRef<SchedulePreview>()
  const problem = shallowRef<BelfryError>()
  const stale = ref(true)
  let abort = new AbortController()
  let asked = ''

  async function ask(wanted: readonly Trigger[]): Promise<void> {
    abort.abort()
    abort = new AbortController()
    const { signal } = abort
    stale.value = true
    await new Promise((resolve) => setTimeout(resolve, settle))
    if (signal.aborted) return
    try {
      const answer = await client.schedule.preview({ triggers: [...wanted], count: 10 }, { signal })
      if (signal.aborted) return
      preview.value = answer
      problem.value = undefined
      stale.value = false
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof BelfryError)) throw error
      problem.value = error
      asked = ''
    }
  }

  watch(
    [triggers, () => again?.value],
    ([wanted, tick], before) => {
      const text = JSON.stringify(wanted)
      if (wanted === null || (text === asked && tick === before[1])) return
      asked = text
      void ask(wanted)
    },
    { immediate: true },
  )
  onScopeDispose(() => abort.abort())

  /** Asks again what was refused. */
  function retry(): void {
    problem.value = undefined
    if (triggers.value) void ask(triggers.value)
  }
  return { preview, problem, stale, retry }
}
