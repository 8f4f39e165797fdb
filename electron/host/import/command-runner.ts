/** Asks the machine's own tools (crontab, systemctl) and waits for their answer. */
import { execa } from 'execa'

export interface CommandResult {
  /** Null when it could not be started or was ended by a signal or by the limit of 60 s. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Never rejects. `stdin` is given whole; without it there is none. */
export type RunCommand = (argv: readonly [string, ...string[]], stdin?: string) => Promise<CommandResult>

/** @param env the environment of the tools; their messages are asked for in English, so that they can be read */
export function createCommandRunner(env: Readonly<Record<string, string | undefined>>): RunCommand {
  return async ([program, ...args], stdin) => {
    const result = await execa(program, args, {
      env: { ...env, LC_ALL: 'C.UTF-8', LANGUAGE: 'C', SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' },
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      timeout: 60_000,
      ...(stdin === undefined ? { stdin: 'ignore' as const } : { input: stdin }),
    })
    return {
      exitCode: result.exitCode ?? null,
      stdout: result.stdout,
      stderr: result.stderr || (result.shortMessage ?? ''),
    }
  }
}

/** What a tool that failed had to say, in one line. */
export function complaint({ exitCode, stderr }: CommandResult, program: string): string {
  const said = stderr.trim().replace(/\s+/g, ' ')
  if (said !== '') return said
  return exitCode === null ? `${program} could not be run` : `${program} ended with exit code ${exitCode}`
}
