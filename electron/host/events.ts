/** The event bus: every change is told once, in order, to whoever listens now. */
import type { BelfryEvent } from '@shared/model/event'

type Listener = (event: BelfryEvent) => void

export interface EventBus {
  emit(event: BelfryEvent): void
  /** For whoever looks on: a page, the tray, a client. What it gives takes the listener back. A listener must not throw. */
  on(listener: Listener): () => void
  /** For the host's own parts, for good; they hear of it first. */
  within(listener: Listener): void
  /** Somebody looks on: what is told for their sake alone need not be reckoned otherwise. */
  hasAudience(): boolean
}

export function createEventBus(): EventBus {
  const own: Listener[] = []
  const audience = new Set<Listener>()
  return {
    emit(event) {
      for (const listener of [...own, ...audience]) listener(event)
    },
    on(listener) {
      audience.add(listener)
      return () => audience.delete(listener)
    },
    within: (listener) => void own.push(listener),
    hasAudience: () => audience.size > 0,
  }
}
