/**
 * What differs between the shells, or must be failed on purpose in tests. The shells fill these; nothing in the host
 * reaches around them: no direct clock, timer, id or process.
 */
import type * as fs from 'node:fs/promises'
import type { Logger } from 'pino'
import type { ProcessIdentity, Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'

export type { Logger }

export interface Clock {
  /** Wall time, ms since the epoch. May jump. */
  now(): number
  /** Ms that never jump; stand still while the machine sleeps on Linux. */
  monotonic(): number
  /** Ms since boot, sleep included. */
  boot(): number
  /** Calls back once after `ms` (0 to 2^31−1) of monotonic time, never earlier; what it gives takes that back. */
  after(ms: number, call: () => void): () => void
  /**
   * Calls back once the wall clock shows `instant` (ms since the epoch, at most 2^31−1 ms ahead), never before, within a ms when
   * the machine is idle. A clock that is set back meanwhile makes it early: never later than if it had gone on. What it gives takes that back.
   */
  at(instant: number, call: () => void): () => void
  /** The machine's time zone, read again. */
  timeZone(): string
}

export interface Ids {
  /** A new id that sorts by `at` (ms since the epoch), and after every id made before it. */
  next(at: number): string
}

/** node:fs/promises, or a double of it that fails on demand. */
export type Files = Pick<
  typeof fs,
  | 'appendFile'
  | 'chmod'
  | 'copyFile'
  | 'lstat'
  | 'mkdir'
  | 'open'
  | 'opendir'
  | 'readdir'
  | 'readFile'
  | 'realpath'
  | 'rename'
  | 'rm'
  | 'stat'
  | 'truncate'
  | 'unlink'
  | 'writeFile'
>

export interface ProcessInfo extends ProcessIdentity {
  readonly parent: number
  readonly group: number
  readonly session: number
  /** Defunct: it has ended, only its parent has not looked. Counts as gone. */
  readonly zombie: boolean
  /** For people; may be cut. */
  readonly command: string
}

/** The platform's process table. */
export interface Processes {
  bootId(): string
  /** Undefined when there is none or it is a zombie. */
  identify(pid: number): ProcessIdentity | undefined
  /** True while the very same process lives (pid, start time and boot; a zombie does not). */
  alive(identity: ProcessIdentity): boolean
  list(): Promise<ProcessInfo[]>
  /** Those whose environment at their start had `name=value`; [] where the platform does not tell. */
  withEnvironment(name: string, value: string): Promise<ProcessInfo[]>
  /** True while the process is stopped, by SIGSTOP for one: it is in the middle of nothing. Never on Windows. */
  stopped(identity: ProcessIdentity): boolean
  /**
   * Signals one process, or its whole group. False when it is gone. Checks pid and start time first; refuses this process
   * and its ancestors (throws). Windows knows only TERM and KILL, both by taskkill over the tree, and refuses the others.
   */
  signal(
    identity: ProcessIdentity,
    signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT',
    scope: 'process' | 'group',
  ): boolean
}

/** Raises what the operator should hear of. */
export interface Notifier {
  /** A native notification (tray) or a line in the log (headless). Its click calls `opened`. */
  failed(notice: { readonly task: TaskView; readonly run: Run; readonly title: string; readonly body: string }): void
}

export interface ModuleProcess extends ProcessIdentity {
  readonly stdout: NodeJS.ReadableStream
  readonly stderr: NodeJS.ReadableStream
  readonly port: {
    /** Structured clone. */
    post(message: unknown): void
    onMessage(listener: (message: unknown) => void): void
    onClose(listener: () => void): void
  }
  /** Code null when a signal ended it. */
  readonly exited: Promise<{ code: number | null; signal: string | null }>
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

/** Runs a JavaScript file in a process of its own: `utilityProcess` in Electron, `fork` in Node. */
export interface ModuleRunner {
  start(options: {
    readonly file: string
    readonly args: readonly string[]
    readonly env: Readonly<Record<string, string>>
  }): Promise<ModuleProcess>
}

/** Seals secrets: the desktop's keychain, or a key file with mode 0600. */
export interface SecretBox {
  /** Names the box in what it seals, e.g. `key-file`. */
  readonly kind: string
  seal(plain: string): Promise<string>
  /** Throws when this box cannot open it. */
  open(sealed: string): Promise<string>
}

/** Hints only: the clocks decide. */
export interface PowerEvents {
  onSuspend(listener: () => void): void
  onResume(listener: () => void): void
}

/** A file (no folder) that was there, came, changed or went; a link counts as one. */
export interface FileNews {
  readonly kind: 'add' | 'change' | 'remove'
  /** Absolute. */
  readonly path: string
  /** When its content or its entry last changed (ctime, ms since the epoch); undefined where it is gone. */
  readonly at: number | undefined
  /** It was found by the first look, and may have been there for long. */
  readonly found: boolean
}

export interface FileWatchOptions {
  /** Absolute; a file, or a folder with all below it. It is there. */
  readonly path: string
  /** This and all below it is left out. */
  readonly without: string
  /** Files and folders below a folder; beyond that it is no longer watched and `failed` gets a TooManyFiles. */
  readonly most: number
  readonly news: (news: FileNews) => void
  /** Something in it is not watched. May come many times over. */
  readonly failed: (error: unknown) => void
}

/** Watches without following links. Never throws; what it gives ends it: neither `news` nor `failed` comes after. */
export type WatchFiles = (options: FileWatchOptions) => () => void

export interface Ports {
  readonly clock: Clock
  readonly ids: Ids
  readonly files: Files
  readonly processes: Processes
  readonly notifier: Notifier
  readonly modules: ModuleRunner
  readonly secrets: SecretBox
  readonly power: PowerEvents
  readonly watchFiles: WatchFiles
  readonly log: Logger
}
