/** The host in plain Node: its composition root, and `belfry serve`. */
import * as files from 'node:fs/promises'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '../package.json'
import { BelfryError, messageOf } from '@shared/errors'
import { createHost } from './host/create-host'
import type { Notifier } from './host/ports'
import { controlAddress } from './host/serve/control-address'
import { openControlDoor } from './host/serve/control-door'
import type { Door } from './host/serve/door-server'
import { openPageDoor, type PageDoor } from './host/serve/page-door'
import { stopRequested } from './host/serve/stop-signals'
import { prepareDataFolder } from './host/store/data-folder'
import { createHostLog, type HostLog } from './platform/host-log'
import { thisMachine } from './platform/machine'
import { nodePorts } from './platform/node-ports'

export interface ServeOptions {
  /** Absolute. */
  readonly dataFolder: string
  /** Of the page; not given: 4870 or the next free one. 0: any free one. */
  readonly port?: number | undefined
  /** False: no page, only the command line's socket. */
  readonly page: boolean
  /** Lines for people. */
  readonly print: (line: string) => void
  /** Called for each SIGTERM, SIGINT or SIGHUP: the first stops the host, the second hurries, the third ends this process. */
  readonly onStopSignal: (call: (signal: string) => void) => void
}

/**
 * Runs a host until it is told to stop.
 * @throws LOCKED when another host has the folder, INVALID, FORBIDDEN or STORAGE when the folder cannot be used,
 * UNAVAILABLE when a door cannot be opened.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { dataFolder, print } = options
  await prepareDataFolder(files, dataFolder)
  const hostLog = createHostLog(dataFolder, print)
  try {
    await run(options, hostLog)
  } catch (error) {
    if (!(error instanceof BelfryError && error.code === 'LOCKED'))
      hostLog.log.fatal({ err: error }, 'the host cannot go on')
    throw error
  } finally {
    await hostLog.close()
  }
}

async function run(options: ServeOptions, { log }: HostLog): Promise<void> {
  const { dataFolder, print } = options
  watchForUnexpected(log)
  const ports = nodePorts({ dataFolder, log, notifier: logNotifier(log) })
  const control = controlAddress(dataFolder, process.env, process.platform)
  let page: PageDoor | undefined
  const host = await createHost(ports, {
    dataFolder,
    kind: 'headless',
    version,
    machine: thisMachine(),
    control: { path: control.path, token: control.token },
    binFolder: existing(join(builtFolder(), 'bin')),
    async open() {
      if (!page) throw new BelfryError('UNAVAILABLE', 'this host shows no page: it was started with --no-page')
      return { url: page.issueUrl() }
    },
  })
  const doors: Door[] = []
  const stopping = stopRequested({
    clock: ports.clock,
    onSignal: options.onStopSignal,
    print,
    hurry: () => void host.stop().catch((error: unknown) => print(messageOf(error))),
    giveUp: () => process.exit(1),
  })
  try {
    await host.start()
    const shared = { router: host.router, clock: ports.clock, log }
    doors.push(await openControlDoor({ ...shared, address: control }))
    if (options.page) {
      const built = join(builtFolder(), 'renderer')
      if (!existsSync(join(built, 'index.html')))
        log.warn(`the page is not built: ${built} has no index.html; npm run build makes it`)
      page = await openPageDoor({ ...shared, files: built, port: options.port })
      doors.push(page)
    }
    print(`Belfry is running: ${page?.issueUrl() ?? 'no page (--no-page)'}`)
    await stopping
  } finally {
    // The socket's file goes before the lock does: afterwards it may be the next host's.
    for (const door of doors) door.stopListening()
    await host.stop()
    await Promise.all(doors.map((door) => door.close()))
  }
  print('Belfry has stopped.')
}

/** An error that nobody caught is told, never a silent death, and no reason to end what runs. */
function watchForUnexpected(log: HostLog['log']): void {
  process.on('uncaughtException', (error) => log.fatal({ err: error }, 'an error that nobody caught'))
}

function logNotifier(log: HostLog['log']): Notifier {
  return {
    failed: ({ task, run: failed, title, body }) => log.warn({ task: task.id, run: failed.id }, `${title}: ${body}`),
  }
}

/** `out`, wherever in it the bundler has put this module. */
function builtFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return (
    [join(here, '..'), join(here, '..', '..')].find((folder) => existsSync(join(folder, 'renderer'))) ??
    join(here, '..')
  )
}

function existing(folder: string): string | null {
  return existsSync(folder) ? folder : null
}

// `node out/main/headless.js` is `belfry serve`. Not awaited: the command imports this module.
const started = process.argv[1]
if (started !== undefined && existsSync(started) && realpathSync(started) === fileURLToPath(import.meta.url)) {
  void Promise.all([import('./cli/run-cli'), import('./cli/terminal')]).then(
    async ([{ runCli }, { systemTerminal }]) => {
      process.exitCode = await runCli(['serve', ...process.argv.slice(2)], systemTerminal())
    },
  )
}
