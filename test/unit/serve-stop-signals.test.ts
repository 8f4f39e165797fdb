import { describe, expect, it } from 'vitest'
import { stopRequested } from '../../electron/host/serve/stop-signals'
import { virtualClock } from '../support/virtual-clock'

/** What comes of signals at these ms: what is printed (its first two words), done and resolved, in order. */
async function signalsAt(...times: readonly number[]): Promise<string[]> {
  const clock = virtualClock('2027-01-01T00:00:00Z')
  const happened: string[] = []
  let send: (signal: string) => void = () => undefined
  const stopping = stopRequested({
    clock,
    onSignal: (call) => (send = call),
    print: (line) => happened.push(line),
    hurry: () => happened.push('hurry'),
    giveUp: () => happened.push('give up'),
  })
  void stopping.then(() => happened.push('stop'))
  for (const time of times) {
    await clock.advance(time - clock.monotonic())
    // Set by the operator or by NTP: it has no say in how far signals are apart.
    clock.setWall('2020-01-01T00:00:00Z')
    send('SIGINT')
  }
  await clock.advance(0)
  return happened
}

const stop = ['Belfry is stopping (SIGINT): runs are ended first. Once more to hurry.', 'stop']
const hurry = ['Belfry hurries: what still runs is killed.', 'hurry']
const giveUp = ['Belfry gives up waiting; the next start ends what is left.', 'give up']

describe('signals to stop', () => {
  it.each<[string, number[], string[]]>([
    ['none: the host runs on', [], []],
    ['the first stops', [0], stop],
    ['those that come within half a second of it are the same stroke', [0, 1, 250, 499], stop],
    ['the second hurries', [0, 500], [...stop, ...hurry]],
    ['its echo does nothing more', [0, 500, 500, 999], [...stop, ...hurry]],
    ['the third is not waited for', [0, 500, 1000], [...stop, ...hurry, ...giveUp]],
    ['however late they come', [10_000, 3_600_000, 7_200_000], [...stop, ...hurry, ...giveUp]],
  ])('%s', async (_name, times, expected) => {
    expect(await signalsAt(...times)).toEqual(expected)
  })
})
