import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { plainText } from '../lib/ansi'
import { useProblem } from './use-problem'
import type { RunLog } from './use-run-log'

/** Lines read at a time. */
const chunk = 5000

export interface LogDownload {
  readonly busy: Readonly<Ref<boolean>>
  /** Hands the whole log to the browser as a text file; says in a toast when it cannot be read. Never throws. */
  start(): Promise<void>
}

/**
 * Given up when its page is left or shows another log.
 * @param name of the file
 */
export function useLogDownload(log: RunLog, name: Ref<string>): LogDownload {
  const { t } = useI18n()
  const problem = useProblem()
  const busy = ref(false)
  let abort = new AbortController()

  async function start(): Promise<void> {
    if (busy.value) return
    abort = new AbortController()
    const { signal } = abort
    busy.value = true
    try {
      const parts = await readAll(log, signal)
      if (!signal.aborted) save(name.value, parts)
    } catch (error) {
      if (!signal.aborted) problem.show(t('run.log.notDownloaded'), error)
    } finally {
      if (!signal.aborted) busy.value = false
    }
  }

  watch(name, () => {
    abort.abort()
    busy.value = false
  })
  onScopeDispose(() => abort.abort())
  return { busy, start }
}

async function readAll(log: RunLog, signal: AbortSignal): Promise<readonly string[]> {
  const parts: string[] = []
  for (let after = 0; after < log.total.value && !signal.aborted;) {
    const lines = await log.read(after, chunk, signal)
    const last = lines.at(-1)
    if (!last) break
    parts.push(lines.map((line) => `${line.at} ${line.stream.padEnd(6)} ${plainText(line.text)}\n`).join(''))
    after = last.number
  }
  return parts
}

function save(name: string, parts: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([...parts], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
