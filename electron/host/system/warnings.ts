/** What the operator should know that belongs to no task. Kept in memory: what still holds is raised anew. */
import type { Warning } from '@shared/model/system'
import type { Clock, Ids } from '../ports'

export interface Warnings {
  all(): readonly Warning[]
  /** The same words again renew the warning rather than add one. */
  raise(code: Warning['code'], message: string): void
  /** What warned, in words that begin so, is over. */
  clear(code: Warning['code'], beginning?: string): void
  dismiss(id: string): void
}

export function createWarnings(ports: { readonly clock: Clock; readonly ids: Ids }, changed: () => void): Warnings {
  let kept: readonly Warning[] = []
  const replace = (next: readonly Warning[]): void => {
    if (next.length === kept.length && next.every((warning, index) => warning === kept[index])) return
    kept = next
    changed()
  }
  return {
    all: () => kept,
    raise(code, message) {
      const now = ports.clock.now()
      const warning = { id: ports.ids.next(now), code, message, at: new Date(now).toISOString() }
      replace([...kept.filter((other) => other.code !== code || other.message !== message), warning].slice(-50))
    },
    clear: (code, beginning = '') =>
      replace(kept.filter((warning) => warning.code !== code || !warning.message.startsWith(beginning))),
    dismiss: (id) => replace(kept.filter((warning) => warning.id !== id)),
  }
}
