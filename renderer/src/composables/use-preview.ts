import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { z } from 'zod'
import { BelfryError } from '@shared/errors'
import type { policyChange } from '@shared/model/policy'
import type { SchedulePreview } from '@shared/model/schedule'
import type { Trigger } from '@shared/model/trigger'
import { useClient } from '../client'

/** Milliseconds without a change before the host is asked. */
const settle = 60

export interface PreviewQuery {
  readonly triggers: readonly Trigger[]
  readonly policy?: z.input<typeof policyChange>
  /** Id of the task whose triggers they are, or will be. */
  readonly task?: string | undefined
  /** How many instants, 1 to 100; 10 unless told. */
  readonly count?: number
}

/** What triggers come to, asked anew when they change or `again` does. Null: leave what is shown. */
export function usePreview(query: Ref<PreviewQuery | null>, again?: Ref<unknown>) {
  const client = useClient()
  const asked = useAnswer(query, (wanted, signal) => ask(client, wanted, signal), again)
  return { preview: asked.answer, problem: asked.problem, stale: asked.stale, retry: asked.retry }
}

/**
 * The same for old and new, asked for together, so that no clock stands between the two answers. `before` is null where there
 * is nothing to compare with.
 */
export function useComparedPreviews(
  query: Ref<{ readonly before: PreviewQuery | null; readonly after: PreviewQuery } | null>,
  again?: Ref<unknown>,
) {
  const client = useClient()
  const asked = useAnswer(
    query,
    async ({ before, after }, signal) => {
      const [was, is] = await Promise.all([
        before === null ? null : ask(client, before, signal),
        ask(client, after, signal),
      ])
      return { before: was, after: is }
    },
    again,
  )
  return { previews: asked.answer, problem: asked.problem, stale: asked.stale }
}

async function ask(
  client: ReturnType<typeof useClient>,
  { triggers, policy = {}, task, count = 10 }: PreviewQuery,
  signal: AbortSignal,
): Promise<SchedulePreview> {
  return client.schedule.preview(
    { triggers: [...triggers], policy, count, ...(task === undefined ? {} : { task }) },
    { signal },
  )
}

/** Asks once a query has settled; what was answered stays until the next answer, and late answers are dropped. */
function useAnswer<Query, Answer>(
  query: Ref<Query | null>,
  fetch: (query: Query, signal: AbortSignal) => Promise<Answer>,
  again?: Ref<unknown>,
) {
  const answer = shallowRef<Answer>()
  const problem = shallowRef<BelfryError>()
  const stale = ref(true)
  let abort = new AbortController()
  let asked = ''

  async function run(wanted: Query): Promise<void> {
    abort.abort()
    abort = new AbortController()
    const { signal } = abort
    stale.value = true
    await new Promise((resolve) => setTimeout(resolve, settle))
    if (signal.aborted) return
    try {
      const answered = await fetch(wanted, signal)
      if (signal.aborted) return
      answer.value = answered
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
    [query, () => again?.value],
    ([wanted, tick], before) => {
      const text = JSON.stringify(wanted)
      if (wanted === null || (text === asked && tick === before[1])) return
      asked = text
      void run(wanted)
    },
    { immediate: true },
  )
  onScopeDispose(() => abort.abort())

  /** Asks again what was refused. */
  function retry(): void {
    problem.value = undefined
    if (query.value !== null) void run(query.value)
  }
  return { answer, problem, stale, retry }
}
