/** The host: ports in; router, events, start and stop out. Both shells build it the same way. */
import type { Router } from '@orpc/server'
import type { Contract } from '@shared/contract'
import type { EventBus } from './events'

export interface HostOptions {
  readonly dataFolder: string
  readonly kind: 'tray' | 'headless'
  readonly version: string
  /** Where the CLI will find the host; written into the lock. */
  readonly control: { readonly path: string; readonly token: string | null }
  /** What `system.open` does: the tray brings its window forward (url null), a headless host makes a one-time URL. */
  readonly open: () => Promise<{ url: string | null }>
  /** The `belfry` command's folder, for the PATH of commands; null when there is none. */
  readonly binFolder: string | null
}

export type HostRouter = Router<Contract, Record<never, never>>

export interface Host {
  /** For the doors: an oRPC handler with `handlerOptions` (api/handler-options.ts) serves it. */
  readonly router: HostRouter
  readonly events: EventBus
  /** Takes the lock (LOCKED when another host has it), opens the store, settles what the last host left, begins to schedule. */
  start(): Promise<void>
  /** No new starts; ends all runs within settings.shutdownGrace, flushes, releases the lock. Safe to call twice. */
  stop(): Promise<void>
}
