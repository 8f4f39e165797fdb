/**
 * A machine to import from: a folder that stands for /, and `crontab` and `systemctl` as shell scripts that answer in the
 * shapes recorded from Debian 12 (cron 3.0pl1-162, systemd 252), started as real processes.
 */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createCommandRunner, type RunCommand } from '../../electron/host/import/command-runner'

/** What `systemctl show` printed for real timers; next_elapse and what was not asked for are left as they came. */
export const shownTimers = `Unit=a.service
TimersMonotonic={ OnUnitActiveUSec=1d ; next_elapse=0 }
TimersMonotonic={ OnBootUSec=15min ; next_elapse=43min 36.455125s }
TimersCalendar={ OnCalendar=Mon..Fri *-*-* 10:00:00 Europe/Berlin ; next_elapse=Mon 2026-11-23 09:00:00 UTC }
TimersCalendar={ OnCalendar=*-*-* 06,18:00:00 ; next_elapse=Fri 2026-11-20 18:00:00 UTC }
OnClockChange=no
OnTimezoneChange=no
RandomizedDelayUSec=12h
Id=a.timer
Description=Alpha
LoadState=loaded
ActiveState=active
UnitFileState=enabled

Unit=beta-work.service
TimersMonotonic={ OnStartupUSec=5s ; next_elapse=28min 41.455125s }
TimersMonotonic={ OnActiveUSec=1min 30s ; next_elapse=30min 6.524499s }
OnClockChange=yes
OnTimezoneChange=no
RandomizedDelayUSec=0
Id=b.timer
Description=Beta – every so often
LoadState=loaded
ActiveState=active
UnitFileState=enabled

Unit=tick-work.service
TimersMonotonic={ OnUnitInactiveUSec=1min 30s ; next_elapse=0 }
OnClockChange=no
OnTimezoneChange=no
RandomizedDelayUSec=0
Id=tick.timer
Description=Ticks = does
LoadState=loaded
ActiveState=active
UnitFileState=static

Unit=t@one.service
TimersCalendar={ OnCalendar=Mon *-*~07/1 04:00:00 ; next_elapse=Mon 2026-11-30 04:00:00 UTC }
OnClockChange=no
OnTimezoneChange=no
RandomizedDelayUSec=0
Id=t@one.timer
Description=T one
LoadState=loaded
ActiveState=active
UnitFileState=enabled

Unit=run-u7.service
TimersCalendar={ OnCalendar=*-*-* 03:00:00 ; next_elapse=Sat 2026-11-21 03:00:00 UTC }
OnClockChange=no
OnTimezoneChange=no
RandomizedDelayUSec=0
Id=run-u7.timer
Description=/bin/true
LoadState=loaded
ActiveState=active
UnitFileState=transient

Unit=
OnClockChange=no
OnTimezoneChange=no
RandomizedDelayUSec=0
Id=nope.timer
Description=nope.timer
LoadState=not-found
ActiveState=inactive
UnitFileState=

Unit=systemd-tmpfiles-clean.service
TimersMonotonic={ OnUnitActiveUSec=1d ; next_elapse=0 }
TimersMonotonic={ OnStartupUSec=5min ; next_elapse=0 }
OnClockChange=no
OnTimezoneChange=no
RandomizedDelayUSec=0
Id=systemd-tmpfiles-clean.timer
Description=Daily Cleanup of User's Temporary Directories
LoadState=loaded
ActiveState=inactive
UnitFileState=disabled
`

export interface Machine {
  /** Stands for /. */
  readonly root: string
  readonly dataFolder: string
  /** Of a process for which `crontab` and `systemctl` are those scripts. */
  readonly env: Readonly<Record<string, string>>
  readonly run: RunCommand
  /** Writes below root, mode 0644 unless told. */
  write(path: string, text: string | Uint8Array, mode?: number): Promise<void>
  read(path: string): Promise<string>
  setCrontab(text: string): Promise<void>
  /** Undefined when the user has none. */
  crontab(): Promise<string | undefined>
  /** Every systemctl call that changed something, e.g. `disable --now -- a.timer`. */
  systemctlCalls(): Promise<string[]>
  /** Another shell script in the place of `crontab` or `systemctl`. */
  replaceTool(name: 'crontab' | 'systemctl', script: string): Promise<void>
  /** As if it were not installed. */
  removeTool(name: 'crontab' | 'systemctl'): Promise<void>
  remove(): Promise<void>
}

const crontabScript = `#!/bin/sh
PATH=/usr/bin:/bin
case "$1" in
  -l) if [ -f "$MACHINE/crontab" ]; then cat "$MACHINE/crontab"; else echo "no crontab for $USER" >&2; exit 1; fi ;;
  -) if [ -f "$MACHINE/refuse-crontab" ]; then echo "You ($USER) are not allowed to use this program (crontab)" >&2; exit 1; fi
     cat > "$MACHINE/crontab.new" && mv "$MACHINE/crontab.new" "$MACHINE/crontab" ;;
  *) echo "crontab: usage error" >&2; exit 1 ;;
esac
`

const systemctlScript = `#!/bin/sh
PATH=/usr/bin:/bin
who=system
if [ "$1" = --user ]; then who=user; shift; fi
if [ ! -f "$MACHINE/timers-$who" ]; then
  if [ "$1" = list-unit-files ]; then exit 0; fi
  echo "Failed to connect to bus: No such file or directory" >&2
  exit 1
fi
case "$1" in
  list-unit-files) sed -n 's/^Id=\\(.*\\)/\\1 enabled enabled/p' "$MACHINE/timers-$who"; echo "t@.timer indirect enabled" ;;
  list-units) sed -n 's/^Id=\\(.*\\)/\\1 loaded active waiting Text/p' "$MACHINE/timers-$who" ;;
  show) cat "$MACHINE/timers-$who" ;;
  cat) printf '# /etc/systemd/system/%s\\n[Timer]\\n' "$4" ;;
  *) echo "$who $*" >> "$MACHINE/systemctl-calls" ;;
esac
`

/** `user` is what the scripts believe to run as. */
export async function makeMachine(user: string): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'belfry-machine-'))
  const root = join(folder, 'root')
  const bin = join(folder, 'bin')
  for (const path of [root, bin]) await mkdir(path)
  for (const [name, script] of [
    ['crontab', crontabScript],
    ['systemctl', systemctlScript],
  ] as const) {
    await writeFile(join(bin, name), script, { mode: 0o755 })
  }
  // Nothing else: the tools of the machine that runs the test must never be found.
  const env = { MACHINE: folder, USER: user, PATH: bin }
  const readIfThere = (name: string): Promise<string | undefined> =>
    readFile(join(folder, name), 'utf8').catch(() => undefined)
  return {
    root,
    dataFolder: join(folder, 'data'),
    env,
    run: createCommandRunner(env),
    async write(path, text, mode = 0o644) {
      await mkdir(dirname(root + path), { recursive: true })
      await writeFile(root + path, text)
      await chmod(root + path, mode)
    },
    read: (path) => readFile(root + path, 'utf8'),
    setCrontab: (text) => writeFile(join(folder, 'crontab'), text),
    crontab: () => readIfThere('crontab'),
    systemctlCalls: async () =>
      ((await readIfThere('systemctl-calls')) ?? '').split('\n').filter((line) => line !== ''),
    replaceTool: (name, script) => writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    removeTool: (name) => rm(join(bin, name)),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
