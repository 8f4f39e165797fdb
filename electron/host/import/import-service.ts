/**
 * Imports: from a crontab's text, and of all that this machine schedules. Importing twice changes nothing. Taking jobs over
 * goes in an order in which none runs twice and none is lost: the task is made, disabled; its original is switched off; the
 * task is enabled. Where the second step fails, the task stays disabled.
 */
import { BelfryError, messageOf } from '@shared/errors'
import type { ImportAnswer, ImportError } from '@shared/model/import'
import type { TaskView } from '@shared/model/task'
import { oneAtATime } from '../one-at-a-time'
import type { Clock, Files } from '../ports'
import type { TaskService } from '../tasks/task-service'
import { distinctNames, lockOthers, numbered, sourceKey, type Findings, type Found, type Original } from './candidate'
import type { RunCommand } from './command-runner'
import { parseCrontab } from './crontab'
import { originalKey, switchOff, type SwitchOptions } from './originals'
import { expandRunParts } from './run-parts'
import { findSystem, systemTable } from './system'

export interface ImportServiceOptions {
  readonly files: Files
  readonly clock: Pick<Clock, 'now'>
  readonly run: RunCommand
  readonly tasks: Pick<TaskService, 'all' | 'createImported' | 'setEnabled'>
  /** Whom Belfry runs as. */
  readonly user: { readonly name: string; readonly uid: number }
  /** Copies of originals that were switched off go to `imported/` in it. */
  readonly dataFolder: string
  /** Goes before every path of the machine's that is read or changed; for tests. */
  readonly root?: string
}

export interface CrontabImport {
  readonly text: string
  readonly path?: string | undefined
  readonly dryRun: boolean
  readonly enable: boolean
}

export interface SystemImport {
  readonly dryRun: boolean
  readonly enable: boolean
  readonly replace: boolean
}

export interface ImportService {
  /** A text given by hand; where `path` is a crontab in force on this machine, `enable` is refused (INVALID). */
  crontab(input: CrontabImport): Promise<ImportAnswer>
  /** INVALID when only one of `enable` and `replace` is asked for. */
  system(input: SystemImport): Promise<ImportAnswer>
}

export function createImportService(options: ImportServiceOptions): ImportService {
  const { files, clock, run, tasks, user, dataFolder, root = '' } = options
  const alone = oneAtATime()

  /** What is new, and what is here already. */
  const sift = (findings: Findings): { fresh: Found[]; unchanged: TaskView[]; notes: string[] } => {
    const all = tasks.all()
    const known = new Map(
      all.flatMap((task) => (task.source === null ? [] : [[sourceKey(task.source), task] as const])),
    )
    const unchanged = findings.found.flatMap((item) => known.get(sourceKey(item.candidate.source)) ?? [])
    const unknown = findings.found.filter((item) => !known.has(sourceKey(item.candidate.source)))
    const names = all.map((task) => task.name)
    const fresh = distinctNames(lockOthers(unknown, user.name), names)
    const notes = [...findings.notes]
    const others = new Set(
      fresh.flatMap(({ candidate: { locked, source } }) => (locked === null ? [] : [source.user ?? ''])),
    )
    if (others.size > 0) notes.push(`Jobs of ${[...others].join(', ')} stay disabled: Belfry runs as ${user.name}.`)
    return { fresh, unchanged, notes }
  }

  const wanted = (fresh: readonly Found[], enable: boolean) =>
    fresh.map(({ candidate }) => ({ ...candidate, enabled: enable && candidate.locked === null }))

  const crontab = async ({ text, path, dryRun, enable }: CrontabImport): Promise<ImportAnswer> => {
    const table = path === undefined ? undefined : systemTable(path)
    if (table && enable) {
      throw new BelfryError(
        'INVALID',
        `cron runs ${path ?? ''} on this machine, so each job would run twice: import from the system, and replace`,
        {
          field: 'enable',
        },
      )
    }
    const parsed = parseCrontab(text, table ?? { kind: 'crontab', path: path ?? null, user: null, system: false })
    const expanded = await expandRunParts(parsed.found, { files, root })
    const { fresh, unchanged, notes } = sift({
      found: numbered(expanded.found),
      errors: [],
      notes: [...parsed.notes, ...expanded.notes],
    })
    const candidates = wanted(fresh, enable)
    return {
      dryRun,
      created: dryRun || candidates.length === 0 ? [] : await tasks.createImported(candidates),
      wouldCreate: dryRun ? candidates : [],
      unchanged,
      errors: [...parsed.errors, ...expanded.errors],
      notes,
    }
  }

  const system = async ({ dryRun, enable, replace }: SystemImport): Promise<ImportAnswer> => {
    if (enable && !replace) {
      throw new BelfryError(
        'INVALID',
        'each job would run twice, here and where it runs now; replace switches the original off',
        {
          field: 'enable',
        },
      )
    }
    if (replace && !enable) {
      throw new BelfryError(
        'INVALID',
        'the originals would be switched off and nothing would run the jobs; enable the tasks too',
        {
          field: 'replace',
        },
      )
    }
    const findings = await findSystem({ files, run, user, root })
    const { fresh, unchanged, notes } = sift(findings)
    for (const task of unchanged) {
      if (task.enabled)
        notes.push(`"${task.name}" is enabled, and ${task.source?.path ?? 'its original'} runs it too: it runs twice.`)
    }
    const answer = { dryRun, created: [], wouldCreate: [], unchanged, errors: [...findings.errors], notes }
    if (dryRun) {
      const keys = new Set(takenOver(fresh).map(({ original }) => originalKey(original)))
      if (replace && keys.size > 0) notes.push(`Originals that would be switched off: ${[...keys].join(', ')}.`)
      return { ...answer, wouldCreate: wanted(fresh, enable) }
    }
    const made = fresh.length === 0 ? [] : await tasks.createImported(wanted(fresh, false))
    const created = replace
      ? await takeOver(fresh, made, { ...answer, othersRun: othersPaths(findings.found, user.name) })
      : made
    return { ...answer, created }
  }

  /** Original by original: switched off, then its tasks enabled. Adds to the answer's errors and notes. */
  const takeOver = async (
    fresh: readonly Found[],
    made: readonly TaskView[],
    answer: { errors: ImportError[]; notes: string[]; othersRun: ReadonlySet<string | null> },
  ) => {
    const views = new Map(made.map((task) => [task.id, task]))
    const at = new Date(clock.now()).toISOString()
    const how: SwitchOptions = { files, run, root, at, copies: `${dataFolder}/imported` }
    const pairs = takenOver(fresh.map((item, index) => ({ ...item, task: made[index] })))
    for (const group of grouped(pairs)) {
      const refuse = ({ line, candidate: { source } }: Found, message: string): void =>
        void answer.errors.push({ line, path: source.path, text: source.text, message })
      const originals = group.map(({ original }) => original)
      try {
        if (originals.some((original) => original.kind === 'script' && answer.othersRun.has(original.path))) {
          throw new BelfryError('CONFLICT', 'another user runs the same script, and would lose it')
        }
        answer.notes.push(await switchOff(originals, how))
      } catch (error) {
        for (const item of group) {
          refuse(
            item,
            `"${item.task?.name ?? ''}" stays disabled, its original could not be switched off: ${messageOf(error)}`,
          )
        }
        continue
      }
      for (const item of group) {
        if (!item.task) continue
        try {
          views.set(item.task.id, await tasks.setEnabled(item.task.id, true))
        } catch (error) {
          refuse(item, `"${item.task.name}" could not be enabled, and its original is off: ${messageOf(error)}`)
        }
      }
    }
    return [...views.values()]
  }

  return {
    crontab: (input) => alone(() => crontab(input)),
    system: (input) => alone(() => system(input)),
  }
}

/** Those whose original is to be switched off: the operator's own. */
function takenOver<T extends Found>(
  found: readonly T[],
): (T & { readonly original: NonNullable<Found['original']> })[] {
  return found.flatMap((item) =>
    item.original === null || item.candidate.locked !== null ? [] : [{ ...item, original: item.original }],
  )
}

/** What somebody else's crontab runs on this machine. */
function othersPaths(found: readonly Found[], operator: string): Set<string | null> {
  const others = found.filter(({ candidate: { source } }) => source.user !== null && source.user !== operator)
  return new Set(others.map(({ candidate: { source } }) => source.path))
}

function grouped<T extends { readonly original: Original }>(items: readonly T[]): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = originalKey(item.original)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return [...groups.values()]
}
