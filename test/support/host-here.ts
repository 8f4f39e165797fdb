/** A whole host in this process, on a real disk and with real commands. */
import pino from 'pino'
import { onTestFinished } from 'vitest'
import { createHost, type Host } from '../../electron/host/create-host'
import type { Clock, Ports } from '../../electron/host/ports'
import { systemClock } from '../../electron/platform/clock'
import { thisMachine } from '../../electron/platform/machine'
import { nodePorts } from '../../electron/platform/node-ports'

/** Started; stopped when the test is over, with all that it runs. */
export async function hostHere(dataFolder: string, over: Partial<Ports> = {}): Promise<Host> {
  const ports = nodePorts({ dataFolder, log: pino({ level: 'silent' }), notifier: { failed: () => undefined } })
  const host = await createHost(
    { ...ports, ...over },
    {
      dataFolder,
      kind: 'headless',
      version: '0.0.0',
      machine: thisMachine(),
      control: { path: 'none', token: null },
      open: () => Promise.resolve({ url: null }),
      binFolder: null,
    },
  )
  onTestFinished(async () => {
    void host.stop()
    await host.stop()
  })
  await host.start()
  return host
}

/** The machine's clock, but for an impatient one: no timer takes longer than `most` ms. */
export function hastyClock(most: number): Clock {
  const clock = systemClock()
  return { ...clock, after: (ms, call) => clock.after(Math.min(ms, most), call) }
}
