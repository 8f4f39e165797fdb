import { describe, expect, it, vi } from 'vitest'
import { BelfryError } from '@shared/errors'
import type { Client } from '@shared/contract'
import { throttle } from '../../electron/desktop/throttle'
import { trayActions } from '../../electron/desktop/tray-actions'
import type { TrayAction } from '../../electron/desktop/tray-model'
import { silentLog } from '../support/small-router'

const now = Date.parse('2027-03-24T09:42:18.000Z')

/** Notes every call, as `tasks.run {"id":"a"}`; fails them all where `error` is given. */
function tray(error?: Error) {
  const told: string[] = []
  const note = (what: string) => async (input?: object) => {
    told.push(input ? `${what} ${JSON.stringify(input)}` : what)
    if (error) throw error
  }
  const client = {
    tasks: { run: note('tasks.run'), acknowledge: note('tasks.acknowledge') },
    inbox: { decide: note('inbox.decide') },
    runs: { cancel: note('runs.cancel') },
    system: { pause: note('system.pause'), resume: note('system.resume') },
  } as unknown as Client
  const act = trayActions({
    client,
    log: silentLog,
    now: () => now,
    timeZone: () => 'Asia/Kolkata',
    open: (hash) => told.push(`open ${hash}`),
    quit: () => told.push('quit'),
    failed: (message) => told.push(`failed: ${message}`),
  })
  return { act, told }
}

describe('a click in the tray’s menu', () => {
  it.each<[TrayAction, string[]]>([
    [{ do: 'open', hash: '/runs/7' }, ['open /runs/7']],
    [{ do: 'run', taskId: 'a' }, ['tasks.run {"id":"a"}']],
    [{ do: 'acknowledge', taskId: 'a' }, ['tasks.acknowledge {"id":"a"}']],
    [{ do: 'decide', taskId: 'a', decision: 'skip' }, ['inbox.decide {"id":"a","decision":"skip"}']],
    [{ do: 'cancel', runIds: ['a', 'b'] }, ['runs.cancel {"id":"a"}', 'runs.cancel {"id":"b"}']],
    [{ do: 'pauseAll', span: 'hour' }, ['system.pause {"until":"2027-03-24T10:42:18.000Z"}']],
    [{ do: 'pauseAll', span: 'tomorrow' }, ['system.pause {"until":"2027-03-24T18:30:00.000Z"}']],
    [{ do: 'pauseAll', span: 'resumed' }, ['system.pause {"until":null}']],
    [{ do: 'resumeAll' }, ['system.resume']],
    [{ do: 'quit' }, ['quit']],
  ])('%o does %j', async (action, expected) => {
    const { act, told } = tray()
    act(action)
    await vi.waitFor(() => expect(told).toEqual(expected))
  })

  it('that the host refuses is answered with its reason', async () => {
    const { act, told } = tray(new BelfryError('CONFLICT', 'the task is running already'))
    act({ do: 'run', taskId: 'a' })
    await vi.waitFor(() => expect(told).toEqual(['tasks.run {"id":"a"}', 'failed: the task is running already']))
  })
})

describe('a throttle', () => {
  it('calls at once, then once for all that was asked meanwhile, and not at all after its stop', () => {
    vi.useFakeTimers()
    let calls = 0
    const { ask, stop } = throttle(500, () => (calls += 1))
    ask()
    expect(calls).toBe(1)
    ask()
    ask()
    vi.advanceTimersByTime(499)
    expect(calls).toBe(1)
    vi.advanceTimersByTime(1)
    expect(calls).toBe(2)
    vi.advanceTimersByTime(5000)
    expect(calls).toBe(2)
    ask()
    ask()
    stop()
    vi.advanceTimersByTime(5000)
    expect(calls).toBe(3)
    vi.useRealTimers()
  })
})
