/**
 * A process that does what a host does to its data folder, told by lines on standard input:
 * `lock FOLDER` answers `held` or the error's code and message; `release` answers `released`; `write FOLDER` puts tasks and
 * runs for ever and tells the number of each one that was acknowledged.
 */
import { createInterface } from 'node:readline'
import { BelfryError, messageOf } from '@shared/errors'
import { acquireLock, type Lock } from '../../electron/host/store/lock'
import { openStore } from '../../electron/host/store/open-store'
import { systemProcesses } from '../../electron/platform/processes'
import { makeRun } from './make-run'
import { makeTask } from './make-task'
import { storePorts } from './store-ports'

const tell = (line: string): void => void process.stdout.write(`${line}\n`)
let lock: Lock | undefined

async function take(folder: string): Promise<void> {
  try {
    lock = await acquireLock({ ...storePorts(), processes: systemProcesses() }, folder, {
      kind: 'headless',
      control: { path: '/socket', token: 'secret' },
    })
    tell('held')
  } catch (error) {
    tell(error instanceof BelfryError ? `${error.code} ${error.message}` : `broken ${messageOf(error)}`)
  }
}

async function write(folder: string): Promise<void> {
  const store = await openStore(storePorts(), folder, '0.1.0')
  const first = store.runs.lastNumber('task-1') + 1
  const log = await store.logs.open({ id: `run-${first}`, createdAt: makeRun().createdAt }, 65_536)
  const logLine = { at: makeRun().createdAt, stream: 'out', text: 'x'.repeat(1000), position: 0 } as const
  for (let n = first; ; n += 1) {
    await Promise.all([
      store.runs.put(makeRun({ id: `run-${n}`, number: n, stderrTail: 'é'.repeat(2000) })),
      store.tasks.put([makeTask({ id: `task-${n}`, notes: 'é'.repeat(500) })]),
      log.append(Array.from({ length: 20 }, () => logLine)),
    ])
    tell(`${n}`)
  }
}

async function obey(line: string): Promise<void> {
  const [command = '', folder = ''] = line.split(' ')
  if (command === 'lock') await take(folder)
  if (command === 'write') await write(folder)
  if (command === 'release') {
    await lock?.release()
    tell('released')
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => void obey(line))
  .on('close', () => process.exit(0))
tell('ready')
