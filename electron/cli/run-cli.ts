/** The `belfry` command: arguments in, exit code out. */
import { Command, CommanderError } from 'commander'
import { version } from '../../package.json'
import { BelfryError, messageOf } from '@shared/errors'
import { createCli } from './cli'
import { addAccountCommands } from './commands/account'
import { addImportCommand } from './commands/import'
import { addNextCommand } from './commands/next'
import { addRunCommands } from './commands/runs'
import { addServeCommand } from './commands/serve'
import { addSimulateCommand } from './commands/simulate'
import { addSystemCommands } from './commands/system'
import { addTaskCommands } from './commands/tasks'
import { addTaskWritingCommands } from './commands/write-tasks'
import { exitCodeHelp, exitCodeOfError, exitCodes } from './exit-codes'
import { printable, write, type Terminal } from './terminal'

/** Never rejects: what goes wrong is told on stderr. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = exitCodes.ok
  const cli = createCli(terminal, (given) => (code = given))
  const program = new Command('belfry')
    .description("Runs this machine's scheduled tasks; this command steers the host that does.")
    .version(version)
    .option('--json', 'print exactly what the host answers')
    .option('--data-folder <path>', 'instead of BELFRY_HOME')
    .addHelpText('after', exitCodeHelp)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      outputError: (text, print) => print(text.replace(/^error: /, 'USAGE: ')),
    })
    .showHelpAfterError('(see --help)')
    .exitOverride()
  for (const add of [
    addSystemCommands,
    addTaskCommands,
    addTaskWritingCommands,
    addRunCommands,
    addAccountCommands,
    addImportCommand,
    addNextCommand,
    addSimulateCommand,
    addServeCommand,
  ]) {
    add(program, cli)
  }
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return isHelp(error) ? exitCodes.ok : exitCodes.usage
    const ours = error instanceof BelfryError ? error : new BelfryError('INTERNAL', messageOf(error), { cause: error })
    await write(terminal.stderr, `${describeError(ours).join('\n')}\n`)
    return code === exitCodes.ok ? exitCodeOfError(ours) : code
  }
}

function isHelp({ code }: CommanderError): boolean {
  return code === 'commander.helpDisplayed' || code === 'commander.version'
}

/** `code: message (field)`, one line for each broken rule. */
export function describeError({ code, message, field, detail }: BelfryError): string[] {
  const line = (text: string, where?: string): string =>
    printable(`${code}: ${text}${where === undefined || where === '' ? '' : ` (${where})`}`)
  const several = Array.isArray(detail) ? detail.filter(isFieldError) : []
  return several.length > 1 ? several.map((one) => line(one.message, one.field)) : [line(message, field)]
}

function isFieldError(value: unknown): value is { readonly field: string; readonly message: string } {
  return typeof value === 'object' && value !== null && 'field' in value && 'message' in value
}
