import { fork, type Serializable } from 'node:child_process'
import { once } from 'node:events'
import { BelfryError } from '@shared/errors'
import type { ModuleProcess, ModuleRunner, Processes } from '../host/ports'
import { Mailbox } from './mailbox'

/** Runs a JavaScript file as a Node process of its own, in Belfry's process group. */
export function nodeModuleRunner(processes: Pick<Processes, 'identify'>): ModuleRunner {
  return {
    async start({ file, args, env }): Promise<ModuleProcess> {
      const child = fork(file, [...args], {
        env: { ...env },
        execArgv: [],
        serialization: 'advanced',
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      const mailbox = new Mailbox()
      child.on('message', (message) => mailbox.deliver(message))
      child.once('disconnect', () => mailbox.close())
      const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
        child.once('exit', (code, signal) => resolve({ code, signal }))
      })
      await once(child, 'spawn')
      // What could still fail is a signal or a message to a process that is just ending; its end is told anyway.
      child.on('error', () => undefined)
      const identity = child.pid === undefined ? undefined : processes.identify(child.pid)
      if (!identity || !child.stdout || !child.stderr) {
        child.kill('SIGKILL')
        throw new BelfryError('INTERNAL', `the process for ${file} ended before it could be identified`)
      }
      return {
        ...identity,
        stdout: child.stdout,
        stderr: child.stderr,
        port: {
          post(message) {
            if (child.connected) child.send(message as Serializable, () => undefined)
          },
          onMessage: (listener) => mailbox.onMessage(listener),
          onClose: (listener) => mailbox.onClose(listener),
        },
        exited,
        kill: (signal) => void child.kill(signal),
      }
    },
  }
}
