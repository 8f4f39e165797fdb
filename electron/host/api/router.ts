/** Contract procedure → service call, nothing clever. A missing handler does not compile. */
import { implement } from '@orpc/server'
import { contract } from '@shared/contract'
import type { EventBus } from '../events'
import type { ImportService } from '../import/import-service'
import type { Clock } from '../ports'
import type { RunService } from '../run/run-service'
import { policy as policyModel } from '@shared/model/policy'
import type { TaskView } from '@shared/model/task'
import type { Account } from '../schedule/account'
import type { Planner } from '../schedule/planner'
import { previewSchedule } from '../schedule/preview'
import { savedWarnings } from '../schedule/saved-warnings'
import { simulate } from '../simulate/simulate'
import { turns } from '../schedule/turns'
import { upcomingOccurrences } from '../schedule/upcoming'
import { usualDuration } from '../schedule/usual-duration'
import type { Inbox } from '../tasks/inbox'
import type { Store } from '../store/types'
import type { SystemService } from '../system/system-service'
import type { Warnings } from '../system/warnings'
import { findRunsTask } from '../tasks/find-task'
import type { TaskService } from '../tasks/task-service'
import type { WatchPlace } from '../watch/path-state'
import { eventStream } from './event-stream'
import { followRun } from './follow-run'

export interface Services {
  readonly clock: Clock
  readonly store: Store
  readonly tasks: TaskService
  readonly runs: RunService
  readonly account: Account
  readonly inbox: Inbox
  readonly system: SystemService
  readonly imports: ImportService
  readonly planner: Planner
  /** Where watched paths are. */
  readonly place: WatchPlace
  readonly warnings: Warnings
  readonly events: EventBus
  readonly open: () => Promise<{ url: string | null }>
}

export function createRouter({
  clock,
  store,
  tasks,
  runs,
  account,
  inbox,
  system,
  imports,
  planner,
  place,
  warnings,
  events,
  open,
}: Services) {
  // Outputs are our own and typed: checking them again would cost more than making them.
  const os = implement(contract).$config({ initialOutputValidationIndex: Number.NaN })
  const now = (): string => new Date(clock.now()).toISOString()
  const durationOf = (id: string): number => usualDuration(store.runs.recent(id, 20))
  const breathe = (): Promise<void> => new Promise((resolve) => clock.after(0, resolve))

  const judged = async (task: TaskView) => {
    const facts = { now: clock.now(), place, turn: turns({ breathe, monotonic: () => clock.monotonic() }) }
    return { ...task, scheduleWarnings: await savedWarnings(task, planner.moment(task), facts) }
  }

  return os.router({
    tasks: {
      list: os.tasks.list.handler(({ input }) => ({
        items: tasks.list({ name: input?.name, tag: input?.tag }),
        nextCursor: null,
      })),
      get: os.tasks.get.handler(({ input }) => tasks.view(tasks.find(input.id))),
      create: os.tasks.create.handler(async ({ input }) => judged(await tasks.create(input))),
      update: os.tasks.update.handler(async ({ input: { id, change, revision } }) =>
        judged(await tasks.update(id, change, revision)),
      ),
      remove: os.tasks.remove.handler(({ input }) => tasks.remove(input.id)),
      restore: os.tasks.restore.handler(({ input }) => tasks.restore(input.id)),
      enable: os.tasks.enable.handler(({ input }) => tasks.setEnabled(input.id, true)),
      disable: os.tasks.disable.handler(({ input }) => tasks.setEnabled(input.id, false)),
      pause: os.tasks.pause.handler(({ input }) => tasks.setPause(input.id, { since: now(), until: input.until })),
      resume: os.tasks.resume.handler(({ input }) => tasks.setPause(input.id, null)),
      run: os.tasks.run.handler(({ input }) =>
        runs.startManual(tasks.find(input.id), input.parameters ?? {}, input.force),
      ),
      skipNext: os.tasks.skipNext.handler(({ input }) => tasks.skipNext(input.id)),
      unskip: os.tasks.unskip.handler(({ input }) => tasks.unskip(input.id, input.at)),
      ledger: os.tasks.ledger.handler(({ input: { id, ...query } }) => account.ledger(findRunsTask(store, id), query)),
      why: os.tasks.why.handler(({ input }) =>
        account.why(tasks.find(input.id), input.at === undefined ? undefined : Date.parse(input.at)),
      ),
      acknowledge: os.tasks.acknowledge.handler(({ input }) => tasks.acknowledge(input.id)),
    },
    runs: {
      list: os.runs.list.handler(({ input: { task, ...query } }) =>
        runs.list({ ...query, ...(task === undefined ? {} : { taskId: findRunsTask(store, task) }) }),
      ),
      get: os.runs.get.handler(({ input }) => runs.get(input.id)),
      cancel: os.runs.cancel.handler(({ input }) => runs.cancel(input.id)),
      log: os.runs.log.handler(async ({ input: { id, ...range } }) => store.logs.read(await runs.get(id), range)),
      follow: os.runs.follow.handler(({ input, signal }) =>
        followRun({ runs, logs: store.logs }, input.id, input.after, signal),
      ),
    },
    schedule: {
      preview: os.schedule.preview.handler(({ input: { triggers, policy: change, task: id, count } }) => {
        const at = clock.now()
        const task = id === undefined ? undefined : store.tasks.get(id)
        const policy = policyModel.parse({ ...task?.policy, ...change })
        return previewSchedule({
          triggers,
          windows: policy,
          skips: task?.skips ?? [],
          moment: { zone: clock.timeZone(), dst: policy.dst, createdAt: at, idleSince: at },
          jitter: policy.jitter,
          duration: task === undefined ? usualDuration([]) : durationOf(task.id),
          now: at,
          count,
          others: store.tasks.all().filter((other) => other.enabled && other.pause === null && other.id !== id),
          place,
          momentOf: planner.moment,
          durationOf,
          breathe,
          monotonic: () => clock.monotonic(),
        })
      }),
      upcoming: os.schedule.upcoming.handler(async ({ input: { from, until, perTask } }) => {
        const facts = { moment: planner.moment, next: planner.nextToSkip }
        const range = { from: Math.max(clock.now(), Date.parse(from ?? now())), until: Date.parse(until), perTask }
        return { items: await upcomingOccurrences(tasks.all(), facts, range, breathe) }
      }),
      simulate: os.schedule.simulate.handler(({ input, signal }) =>
        simulate({
          tasks: store.tasks.all(),
          settings: system.settings(),
          duration: durationOf,
          zone: clock.timeZone(),
          from: Date.parse(input.from),
          until: Date.parse(input.until),
          asleep: input.asleep.map((span) => ({ from: Date.parse(span.from), until: Date.parse(span.until) })),
          limit: input.limit,
          breathe() {
            // Whoever asked has gone away.
            signal?.throwIfAborted()
            return breathe()
          },
          monotonic: () => clock.monotonic(),
        }),
      ),
    },
    inbox: {
      list: os.inbox.list.handler(() => ({ items: inbox.list() })),
      decide: os.inbox.decide.handler(({ input }) => inbox.decide(input.id, input.decision, input.remember)),
    },
    settings: {
      get: os.settings.get.handler(() => system.settings()),
      update: os.settings.update.handler(({ input }) => system.changeSettings(input)),
    },
    system: {
      status: os.system.status.handler(() => system.status()),
      pause: os.system.pause.handler(({ input }) => system.setPause({ since: now(), until: input.until })),
      resume: os.system.resume.handler(() => system.setPause(null)),
      dismissWarning: os.system.dismissWarning.handler(({ input }) => {
        warnings.dismiss(input.id)
        return system.status()
      }),
      loadSamples: os.system.loadSamples.handler(async () => ({ items: await system.loadSamples(), nextCursor: null })),
      open: os.system.open.handler(() => open()),
    },
    import: {
      crontab: os.import.crontab.handler(({ input }) => imports.crontab(input)),
      system: os.import.system.handler(({ input }) => imports.system(input)),
    },
    events: {
      stream: os.events.stream.handler(({ signal }) =>
        eventStream(events.on, { type: 'ready', at: now() } as const, signal),
      ),
    },
  })
}
