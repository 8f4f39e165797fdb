/** systemd timers, as systemctl shows them: each becomes a task that starts the timer's unit and waits for its end. */
import type { ImportCandidate, ImportError } from '@shared/model/import'
import type { Trigger } from '@shared/model/trigger'
import { checkedCandidate, refusal, type Findings, type Found } from './candidate'
import { complaint, type RunCommand } from './command-runner'
import { readCalendar } from './on-calendar'
import { parseTimespan } from './timespan'

export type Manager = 'system' | 'user'

const properties = [
  'Id',
  'Description',
  'LoadState',
  'ActiveState',
  'UnitFileState',
  'Unit',
  'TimersCalendar',
  'TimersMonotonic',
  'RandomizedDelayUSec',
  'OnClockChange',
  'OnTimezoneChange',
]

/** `systemctl` of the machine's manager, or of the user's own. */
export function systemctl(manager: Manager, ...args: string[]): [string, ...string[]] {
  return manager === 'user' ? ['systemctl', '--user', ...args] : ['systemctl', ...args]
}

/** The timers of one manager that are enabled or active. Without systemd there is a note and nothing else. */
export async function findTimers(run: RunCommand, manager: Manager, user: string): Promise<Findings> {
  const files = await run(systemctl(manager, 'list-unit-files', '--type=timer', '--no-legend', '--no-pager', '--full'))
  const units = await run(
    systemctl(manager, 'list-units', '--type=timer', '--all', '--plain', '--no-legend', '--no-pager', '--full'),
  )
  // Unit files are read from disk even where no systemd runs; only the manager knows what is scheduled.
  if (units.exitCode !== 0) {
    const whose = manager === 'user' ? `systemd does not run for ${user}` : 'systemd does not run here'
    return {
      found: [],
      errors: [],
      notes: [`${whose}, so no timers were looked for (${complaint(units, 'systemctl')}).`],
    }
  }
  const names = [...new Set([...firstWords(files.stdout), ...firstWords(units.stdout)])]
    .filter((name) => !/@\.timer$/.test(name))
    .toSorted()
  if (names.length === 0) return { found: [], errors: [], notes: [] }
  const shown = await run(
    systemctl(manager, 'show', '--no-pager', `--property=${properties.join(',')}`, '--', ...names),
  )
  if (shown.exitCode !== 0) {
    return {
      found: [],
      errors: [{ line: null, path: null, text: 'systemctl show', message: complaint(shown, 'systemctl') }],
      notes: [],
    }
  }
  return readTimers(shown.stdout, manager, user)
}

function firstWords(listing: string): string[] {
  return listing
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((word) => word.endsWith('.timer'))
}

type Shown = ReadonlyMap<string, readonly string[]>

/** Reads the answer of `systemctl show`: blocks of `Name=value`, some names several times. Pure. */
export function readTimers(output: string, manager: Manager, user: string): Findings {
  const found: Found[] = []
  const errors: ImportError[] = []
  for (const block of output.split(/\n\s*\n/)) {
    const timer = readBlock(block)
    const unit = one(timer, 'Id')
    const scheduled = one(timer, 'ActiveState') === 'active' || one(timer, 'UnitFileState').startsWith('enabled')
    if (unit === '' || one(timer, 'LoadState') !== 'loaded' || !scheduled) continue
    const when = statements(timer)
    const text = when.map(({ name, value }) => `${name}=${value}`).join('; ')
    try {
      const candidate = timerTask(timer, when, { manager, user, text })
      if (typeof candidate === 'string') errors.push({ line: null, path: unit, text, message: candidate })
      else
        found.push({
          candidate,
          line: null,
          original: { kind: 'timer', unit, manager, enabled: one(timer, 'UnitFileState') === 'enabled' },
        })
    } catch (error) {
      errors.push({ line: null, path: unit, text, message: refusal(error) })
    }
  }
  return { found, errors, notes: [] }
}

function readBlock(block: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const line of block.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0) values.set(line.slice(0, at), [...(values.get(line.slice(0, at)) ?? []), line.slice(at + 1)])
  }
  return values
}

function one(timer: Shown, name: string): string {
  return timer.get(name)?.[0] ?? ''
}

interface Statement {
  readonly name: string
  readonly value: string
}

/** `{ OnBootUSec=15min ; next_elapse=0 }` → OnBootSec, 15min; in an order that does not change from call to call. */
function statements(timer: Shown): Statement[] {
  return [...(timer.get('TimersCalendar') ?? []), ...(timer.get('TimersMonotonic') ?? [])]
    .map((text) => /^\{ (\w+)=(.*?) ; next_elapse=/.exec(text))
    .filter((match) => match !== null)
    .map(([, name = '', value = '']) => ({ name: name.replace(/USec$/, 'Sec'), value }))
    .toSorted((a, b) => `${a.name} ${a.value}`.localeCompare(`${b.name} ${b.value}`, 'en'))
}

/** The task, or why there can be none: half a schedule would lose the other half. */
function timerTask(
  timer: Shown,
  when: readonly Statement[],
  from: { manager: Manager; user: string; text: string },
): ImportCandidate | string {
  const unit = one(timer, 'Id')
  if (one(timer, 'UnitFileState') === 'transient')
    return 'a transient timer (systemd-run); it is gone when it is stopped'
  for (const event of ['OnClockChange', 'OnTimezoneChange']) {
    if (one(timer, event) === 'yes') return `${event}= has no counterpart among the triggers`
  }
  const triggers: Trigger[] = []
  for (const statement of when) {
    const trigger = triggerOf(statement)
    if (typeof trigger === 'string') return trigger
    triggers.push(trigger)
  }
  if (triggers.length === 0) return 'the timer says no time'
  const spread = one(timer, 'RandomizedDelayUSec')
  return checkedCandidate({
    name: unit.replace(/\.timer$/, ''),
    description: one(timer, 'Description').slice(0, 2000),
    notes:
      spread === '' || spread === '0' ? '' : `systemd starts it up to ${spread} later, at random (RandomizedDelaySec)`,
    enabled: false,
    triggers,
    action: { kind: 'command', command: systemctl(from.manager, 'start', '--wait', one(timer, 'Unit')) },
    source: {
      kind: 'systemd',
      path: unit,
      user: from.manager === 'system' ? 'root' : from.user,
      text: from.text,
      timezone: null,
      ordinal: 0,
    },
    locked: null,
  })
}

function triggerOf({ name, value }: Statement): Trigger | string {
  if (name === 'OnCalendar') {
    const calendar = readCalendar(value)
    if ('refused' in calendar) return calendar.refused
    const { expression, timezone } = calendar
    return { kind: 'cron', expression, ...(timezone === undefined ? {} : { timezone }) }
  }
  const ms = parseTimespan(value)
  if (ms === undefined) return `${name}=${value} is not a time span that is understood`
  switch (name) {
    case 'OnBootSec':
    case 'OnStartupSec':
    case 'OnActiveSec':
      // A timer is activated, and a user's manager started, once per boot in the ordinary course of things.
      return { kind: 'startup', on: 'boot', delay: ms }
    case 'OnUnitActiveSec':
      return { kind: 'interval', every: ms, mode: 'fixed-rate' }
    case 'OnUnitInactiveSec':
      return { kind: 'interval', every: ms, mode: 'fixed-delay' }
    default:
      return `${name}= is not understood`
  }
}
