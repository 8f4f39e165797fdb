/** What a task does. */
import { z } from 'zod'

const noNul = (text: string): boolean => !text.includes('\0')
const text = (maximum: number) => z.string().max(maximum).refine(noNul, 'must not have a NUL character')

export const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a name for an environment variable'),
  text(100_000),
)

export const commandAction = z.object({
  kind: z.literal('command'),
  /** A line for the shell, or an argument list that no shell sees. */
  command: z.union(
    [
      text(100_000).refine((line) => line.trim() !== '', 'the command is empty'),
      z
        .array(text(100_000))
        .min(1, 'the argument list is empty')
        .max(1000)
        .refine((list) => list[0] !== '', 'the first argument names the program; it is empty'),
    ],
    { error: 'is not a command: a line for the shell, or a list of arguments' },
  ),
  /** For a line: the shell that reads it, an absolute path. Not given: /bin/sh, on Windows cmd. */
  shell: text(4096).min(1).optional(),
  /** Absolute, or from the home folder with `~`. Not given: the home folder. */
  cwd: text(4096).min(1).optional(),
  /** Added to the host's environment; see shared semantics in electron/host/run/environment.ts. */
  env: environment.optional(),
  /** What the command reads from standard input. Not given: nothing. */
  stdin: text(1_000_000).optional(),
  /** Exit codes that count as success, 0 to 255. */
  successExitCodes: z.array(z.int().min(0).max(255)).min(1).max(256).default([0]),
})
export type CommandAction = z.infer<typeof commandAction>

export const action = z.discriminatedUnion('kind', [commandAction], { error: 'is not an action; kind is: command' })
export type Action = z.infer<typeof action>
