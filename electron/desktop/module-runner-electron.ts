import { once } from 'node:events'
import { constants } from 'node:os'
import { PassThrough } from 'node:stream'
import { utilityProcess } from 'electron'
import { BelfryError } from '@shared/errors'
import type { ModuleProcess, ModuleRunner, Processes } from '../host/ports'
import { Mailbox } from '../platform/mailbox'

/**
 * Runs a JavaScript file in Electron's `utilityProcess`: in the packaged app `fork` has no Node to start. Its standard
 * input is empty; it sits in Belfry's own process group, and ends by `process.exit` only, not when nothing is left to do.
 * Only once the app is ready.
 */
export function electronModuleRunner(processes: Pick<Processes, 'identify' | 'signal'>): ModuleRunner {
  return {
    async start({ file, args, env }): Promise<ModuleProcess> {
      const child = utilityProcess.fork(file, [...args], {
        env: { ...env },
        stdio: 'pipe',
        serviceName: 'Belfry module',
      })
      const mailbox = new Mailbox()
      // After a signal Electron reports code 0, so what was sent is remembered.
      let sent: 'SIGTERM' | 'SIGKILL' | null = null
      let running = true
      child.on('message', (message: unknown) => mailbox.deliver(message))
      const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
        child.once('exit', (code) => {
          running = false
          mailbox.close()
          resolve(endOf(code, sent))
        })
      })
      await Promise.race([once(child, 'spawn'), exited])
      const identity = child.pid === undefined ? undefined : processes.identify(child.pid)
      if (!identity || !child.stdout || !child.stderr) {
        child.kill()
        throw new BelfryError('INTERNAL', `the process for ${file} ended before it could be identified`)
      }
      return {
        ...identity,
        stdout: wholeOutput(child.stdout, exited),
        stderr: wholeOutput(child.stderr, exited),
        port: {
          post(message) {
            if (running) child.postMessage(message)
          },
          onMessage: (listener) => mailbox.onMessage(listener),
          onClose: (listener) => mailbox.onClose(listener),
        },
        exited,
        kill(signal) {
          if (!running) return
          sent = signal
          processes.signal(identity, signal, 'process')
        },
      }
    },
  }
}

/** At a child's exit Electron takes every listener off its output, of which there may be more to come: this reads on. */
function wholeOutput(source: NodeJS.ReadableStream, exited: Promise<unknown>): NodeJS.ReadableStream {
  const output = new PassThrough()
  source.pipe(output)
  void exited.then(() => source.pipe(output))
  return output
}

function endOf(code: number, sent: 'SIGTERM' | 'SIGKILL' | null): { code: number | null; signal: string | null } {
  const ended = sent !== null && [0, constants.signals[sent], 128 + constants.signals[sent]].includes(code)
  return ended ? { code: null, signal: sent } : { code, signal: null }
}
