import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, effectScope, ref } from 'vue'
import type { Client } from '@shared/contract'
import { BelfryError } from '@shared/errors'
import { clientKey } from '../../renderer/src/client'
import { useRunLog } from '../../renderer/src/composables/use-run-log'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => setTimeout(draw, 16))
  vi.stubGlobal('cancelAnimationFrame', (frame: ReturnType<typeof setTimeout>) => clearTimeout(frame))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the log of a run', () => {
  it('leaves nothing behind of the attempts to reach a host that is gone', async () => {
    const signals: AbortSignal[] = []
    const client = {
      runs: {
        log: (_: unknown, { signal }: { signal: AbortSignal }) => {
          signals.push(signal)
          return Promise.reject(new BelfryError('NO_HOST', 'the host does not answer'))
        },
      },
    } as unknown as Client
    const app = createApp({})
    app.provide(clientKey, client)
    const scope = effectScope()
    const log = app.runWithContext(() => scope.run(() => useRunLog(ref('run-1'))))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(log?.state.value).toBe('loading')
    expect(signals.length).toBeGreaterThan(10)
    const [signal] = signals
    // That of the wait that goes on.
    expect(signal && getEventListeners(signal, 'abort')).toHaveLength(1)

    scope.stop()
    expect(signal?.aborted).toBe(true)
    const attempts = signals.length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(signals).toHaveLength(attempts)
  })
})
