/** The event bus: every change is told once, in order, to whoever listens now. */
import type { BelfryEvent } from '@shared/model/event'

export interface EventBus {
  emit(event: BelfryEvent): void
  /** What it gives takes the listener back. A listener must not throw. */
  on(listener: (event: BelfryEvent) => void): () => void
}

export function createEventBus(): EventBus {
  const listeners = new Set<(event: BelfryEvent) => void>()
  return {
    emit(event) {
      for (const listener of [...listeners]) listener(event)
    },
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
