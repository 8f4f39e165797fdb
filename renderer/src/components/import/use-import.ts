import { watchDebounced } from '@vueuse/core'
import { ref, shallowRef, type Ref } from 'vue'
import { messageOf } from '@shared/errors'
import type { ImportAnswer } from '@shared/model/import'
import { useClient } from '../../client'
import type { ImportFrom } from '../../composables/use-import-dialog'
import { useTasks } from '../../stores/tasks'

export interface Import {
  readonly source: Ref<ImportFrom>
  readonly text: Ref<string>
  readonly fileName: Ref<string>
  /** Text: enable the tasks. System: enable them and switch the originals off. */
  readonly enable: Ref<boolean>
  /** What the dry run says, or what the import did. */
  readonly answer: Ref<ImportAnswer | undefined>
  readonly busy: Ref<'' | 'looking' | 'importing'>
  /** Why it did not work, for the operator. */
  readonly problem: Ref<string>
  importNow(): Promise<ImportAnswer | undefined>
}

/** An import as it is being prepared: every change of the input is tried dry. */
export function useImport(from: ImportFrom): Import {
  const client = useClient()
  const tasks = useTasks()
  const source = ref(from)
  const text = ref('')
  const fileName = ref('')
  const enable = ref(false)
  const answer = shallowRef<ImportAnswer>()
  const busy = ref<Import['busy']['value']>('')
  const problem = ref('')
  let latest = 0

  function call(dryRun: boolean): Promise<ImportAnswer> {
    if (source.value === 'system')
      return client.import.system({ dryRun, enable: enable.value && !dryRun, replace: enable.value && !dryRun })
    return client.import.crontab({ text: text.value, dryRun, enable: enable.value })
  }

  /** Of answers that overtake each other, the last question's counts. */
  async function attempt(dryRun: boolean): Promise<ImportAnswer | undefined> {
    latest += 1
    const mine = latest
    problem.value = ''
    busy.value = dryRun ? 'looking' : 'importing'
    try {
      const got = await call(dryRun)
      if (mine === latest) answer.value = got
      return got
    } catch (error) {
      if (mine === latest) problem.value = messageOf(error)
      return undefined
    } finally {
      if (mine === latest) busy.value = ''
    }
  }

  function look(): void {
    if (source.value === 'text' && text.value.trim() === '') {
      latest += 1
      busy.value = ''
      problem.value = ''
      answer.value = undefined
    } else void attempt(true)
  }
  watchDebounced(source, look, { immediate: true })
  watchDebounced(text, look, { debounce: 300 })

  return {
    source,
    text,
    fileName,
    enable,
    answer,
    busy,
    problem,
    async importNow() {
      const got = await attempt(false)
      for (const task of got?.created ?? []) tasks.put(task)
      return got
    },
  }
}
