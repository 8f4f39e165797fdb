/** What every command has at hand: the host, the answer's two forms, the exit code. */
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Client } from '@shared/contract'
import { fromTransport } from '@shared/contract/transport-error'
import { resolveDataFolder } from '../host/store/data-folder'
import { connect } from './connect'
import { printable, write, type Terminal } from './terminal'

export interface Cli {
  readonly terminal: Terminal
  dataFolder(command: Command): string
  /** Gives `work` a client of the host. Throws NO_HOST where there is none; whatever it throws is a BelfryError. */
  withHost<T>(command: Command, work: (client: Client) => Promise<T>): Promise<T>
  /** With --json what the procedure answered, as it is; else the text, made of what a terminal may be shown of it. */
  answer<T>(command: Command, value: T, text: (shown: T) => string): Promise<void>
  wantsJson(command: Command): boolean
  /** A line on stdout. */
  print(text: string): Promise<void>
  /** A line on stderr. */
  note(text: string): Promise<void>
  /** The exit code, unless an error gives another. */
  finish(code: number): void
}

interface GlobalOptions {
  readonly json?: boolean
  readonly dataFolder?: string
}

export function createCli(terminal: Terminal, finish: (code: number) => void): Cli {
  const options = (command: Command): GlobalOptions => command.optsWithGlobals<GlobalOptions>()
  const wantsJson = (command: Command): boolean => options(command).json === true
  const dataFolder = (command: Command): string => {
    const given = options(command).dataFolder
    return given === undefined
      ? resolveDataFolder(terminal.env, process.platform, homedir())
      : resolve(terminal.folder, given)
  }
  const print = (text: string): Promise<void> => write(terminal.stdout, `${text}\n`)
  return {
    terminal,
    dataFolder,
    wantsJson,
    print,
    note: (text) => write(terminal.stderr, `${text}\n`),
    finish,
    async withHost(command, work) {
      const given = options(command).dataFolder
      const connection = await connect(
        dataFolder(command),
        given === undefined ? 'belfry serve' : `belfry serve --data-folder ${given}`,
      )
      try {
        return await work(connection.client)
      } catch (error) {
        throw fromTransport(error)
      } finally {
        await connection.close()
      }
    },
    answer: (command, value, text) =>
      print(
        wantsJson(command)
          ? JSON.stringify(value, null, terminal.stdout.isTTY ? 2 : undefined)
          : text(printable(value)),
      ),
  }
}
