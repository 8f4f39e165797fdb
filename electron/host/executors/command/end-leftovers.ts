/** After a restart of the host: ends what is left of a run, and reads what its files still hold. Linux and macOS. */
import { messageOf } from '@shared/errors'
import type { Survivor } from '@shared/model/run'
import { TreeEnding } from '../../run/end-tree'
import { ProcessTree } from '../../run/process-tree'
import type { Execution, Executor, Outcome } from '../executor'
import type { CommandDeps } from './deps'
import { ErrorTail } from './error-tail'
import { OutputRecorder } from './output-recorder'
import { readExit } from './outcome'
import { closeRunFiles, openRunFiles, readStatus, type RunFiles } from './run-files'
import { Spool, type Alone } from './spool'
import { wrapperProcesses } from './wrapper'

type Leftover = Parameters<Executor['endLeftovers']>[0]

/** Ms between TERM and KILL. */
const grace = 5000
const interrupted = { code: 'INTERRUPTED', message: 'the host ended while it ran' }
/** Nobody has been told of the run's progress since its host ended; its result comes too late. */
const nobody: Omit<Execution['report'], keyof Leftover['report']> = {
  started: () => Promise.resolve(),
  began: () => undefined,
  progress: () => undefined,
  result: () => undefined,
  output: () => undefined,
}

/** The error is always INTERRUPTED; exit code or signal are those that the command left, also on being ended here. */
export async function endPosixLeftovers(deps: CommandDeps, leftover: Leftover): Promise<Outcome> {
  const told = { runId: leftover.run.id }
  const survivors = await endProcesses(deps, leftover)
  const untold = { ...readExit(null), error: interrupted, stderrTail: '', survivors }
  if (leftover.spoolFolder === null) return untold
  let files: RunFiles | undefined
  try {
    files = await openRunFiles(deps.files, leftover.spoolFolder)
    const stderrTail = await foldSpools(deps, leftover, files)
    const { exit } = await readStatus(files.status, leftover.run.id)
    return { ...readExit(exit), error: interrupted, stderrTail, survivors }
  } catch (error) {
    const reason = messageOf(error)
    deps.log.warn({ ...told, reason }, 'the files of an unfinished run cannot be read')
    leftover.report.unrecorded(reason)
    return untold
  } finally {
    if (files) await closeRunFiles(files)
  }
}

function endProcesses({ processes, clock, log }: CommandDeps, { run }: Leftover): Promise<Survivor[]> {
  const leader = run.process
  // Nothing lives through a boot.
  if (leader && leader.bootId !== processes.bootId()) return Promise.resolve([])
  const tree = new ProcessTree({
    processes,
    runId: run.id,
    leader,
    ownPid: process.pid,
    carriers: (members) => wrapperProcesses(members, leader),
  })
  const ending = new TreeEnding({ tree, processes, clock, log })
  ending.within(grace)
  return ending.perform()
}

/** Whoever wrote to the spools has ended. */
const alone: Alone = (use) => use()

/** Gives the tail of standard error. */
async function foldSpools(deps: CommandDeps, leftover: Leftover, files: RunFiles): Promise<string> {
  const { run, log, logLimit } = leftover
  const positions = log.positions()
  const { dropped, unrecorded } = leftover.report
  const execution = { run, log, report: { ...nobody, dropped, unrecorded } }
  const recorder = new OutputRecorder({ execution, clock: deps.clock, log: deps.log, positions })
  for (const stream of ['out', 'err'] as const) {
    const spool = new Spool({
      stream,
      handle: files[stream],
      recorder,
      alone,
      clock: deps.clock,
      limit: logLimit,
      position: positions[stream],
    })
    while (await spool.read());
  }
  if (!(await recorder.finish())) recorder.giveUp()
  return readTail(files)
}

async function readTail({ err }: RunFiles): Promise<string> {
  const { size } = await err.stat()
  const { length } = ErrorTail
  const { buffer, bytesRead } = await err.read(Buffer.alloc(length), 0, length, Math.max(0, size - length))
  const tail = new ErrorTail()
  tail.push(buffer.subarray(0, bytesRead))
  return tail.text()
}
