import { describe, expect, it } from 'vitest'
import { eventStream } from '../../electron/host/api/event-stream'

/** A source of numbers that knows who listens. */
function source() {
  const listeners = new Set<(event: number) => void>()
  return {
    subscribe: (listener: (event: number) => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    emit: (event: number) => listeners.forEach((listener) => listener(event)),
    listeners: () => listeners.size,
  }
}

describe('a stream of events', () => {
  it('tells all that came since it was first asked, in order, and forgets a reader that goes', async () => {
    const { subscribe, emit, listeners } = source()
    const stream = eventStream(subscribe, 0)
    expect(await stream.next()).toEqual({ done: false, value: 0 })
    for (let event = 1; event <= 10_000; event++) emit(event)
    for (let event = 1; event <= 10_000; event++) expect((await stream.next()).value).toBe(event)
    const waiting = stream.next()
    emit(10_001)
    expect((await waiting).value).toBe(10_001)
    await stream.return()
    expect(listeners()).toBe(0)
  })

  it('lets go of a reader that no longer asks, and tells it so when it does', async () => {
    const { subscribe, emit, listeners } = source()
    const stream = eventStream(subscribe, 0)
    await stream.next()
    for (let event = 1; event <= 10_000; event++) emit(event)
    expect(listeners()).toBe(1)
    emit(10_001)
    expect(listeners()).toBe(0)
    await expect(stream.next()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'the reader of events is too slow; subscribe again',
    })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('ends when its reader gives up waiting', async () => {
    const { subscribe, listeners } = source()
    const stop = new AbortController()
    const stream = eventStream(subscribe, 0, stop.signal)
    await stream.next()
    const waiting = stream.next()
    stop.abort()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(listeners()).toBe(0)
  })
})
