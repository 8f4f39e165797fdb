/** serve. */
import { InvalidArgumentError, type Command } from 'commander'
import { BelfryError } from '@shared/errors'
import type { Cli } from '../cli'
import { exitCodes } from '../exit-codes'

export function addServeCommand(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description('run a host here, without a tray, until it is stopped; its page is on this machine only')
    .option('--port <port>', 'of the page, 0 for any free one (default: 4870 or the next free one)', port)
    .option('--no-page', 'no page, only this command')
    .action(async (options: { readonly port?: number; readonly page: boolean }, command: Command) => {
      const { serve } = await import('../../headless')
      cli.terminal.outliveReaders()
      try {
        await serve({
          dataFolder: cli.dataFolder(command),
          port: options.port,
          page: options.page,
          print: (line) => void cli.terminal.stdout.write(`${line}\n`),
          onStopSignal: (call) => {
            for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, call)
          },
        })
      } catch (error) {
        if (error instanceof BelfryError && ['INVALID', 'FORBIDDEN', 'STORAGE', 'CONFLICT'].includes(error.code))
          cli.finish(exitCodes.config)
        throw error
      }
    })
}

function port(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It is a number from 0 to 65535.')
  return value
}
