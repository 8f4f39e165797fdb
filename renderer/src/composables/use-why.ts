import { computed, shallowRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { BelfryError } from '@shared/errors'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { WhyAnswer } from '@shared/model/why'
import { fateReason, whySentence } from '@shared/schedule/why-words'
import type { WordsLocale } from '@shared/schedule/words'
import { useClient } from '../client'
import { useSystem } from '../stores/system'

/** Why something came, or did not come, of an occurrence: `the machine was asleep`, in the page's language. */
export function useReasons(): (entry: Pick<LedgerEntry, 'reason' | 'waited' | 'replaced'>) => string | null {
  const { locale } = useI18n()
  return (entry) => fateReason(entry, locale.value as WordsLocale)
}

/** Asks why a task ran or did not run; the latest question is the one that is answered. */
export function useWhy(taskId: Ref<string>) {
  const client = useClient()
  const system = useSystem()
  const { locale } = useI18n()
  const answer = shallowRef<WhyAnswer>()
  const problem = shallowRef<BelfryError>()
  const asking = shallowRef(false)
  let asked = 0

  /** @param at an instant; undefined: the last occurrence */
  async function ask(at: string | undefined): Promise<void> {
    const question = ++asked
    asking.value = true
    try {
      const found = await client.tasks.why({ id: taskId.value, ...(at === undefined ? {} : { at }) })
      if (question !== asked) return
      answer.value = found
      problem.value = undefined
    } catch (error) {
      if (question !== asked) return
      if (!(error instanceof BelfryError)) throw error
      answer.value = undefined
      problem.value = error
    } finally {
      if (question === asked) asking.value = false
    }
  }

  const sentence = computed(() =>
    answer.value === undefined ? undefined : whySentence(answer.value, locale.value as WordsLocale, system.timeZone),
  )
  return { answer, sentence, problem, asking, ask }
}
