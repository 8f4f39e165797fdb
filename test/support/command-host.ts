/**
 * A host that is there to be killed: starts one command, says so in a line of JSON, and waits. Arguments: the shell line,
 * and `hold` to keep the gate closed or `open`.
 */
import { CommandBench } from './command-bench'
import { deferred } from './deferred'

const [line = 'true', gate = 'open'] = process.argv.slice(2)
const bench = await CommandBench.make()
const running = await bench.start(
  { command: line },
  {
    started: async (identity) => {
      const { run, spoolFolder } = running.execution
      process.stdout.write(
        `${JSON.stringify({ run: { ...run, process: identity }, spoolFolder, folder: bench.folder })}\n`,
      )
      if (gate === 'hold') await deferred<never>().promise
    },
  },
)
// Something that keeps it alive: whatever happens, only a signal ends it.
setInterval(() => undefined, 60_000)
