/** Where a run stands among all that want to run: its claim to a slot, and its life from there. */
import type { Run } from '@shared/model/run'
import type { Settings } from '@shared/model/settings'
import type { Task } from '@shared/model/task'
import type { Clock } from '../ports'
import { graceOf } from '../schedule/decide'
import type { Store } from '../store/types'
import type { Warnings } from '../system/warnings'
import type { Dispatcher } from './dispatcher'
import { createLife, type Life, type LifeOptions } from './life'
import { notWhole, startsUntil } from './run-record'
import type { Saver } from './saver'
import type { Starts } from './starts'
import { deferred } from './timer'

export interface StandsOptions {
  readonly clock: Clock
  readonly store: Store
  readonly executors: { readonly [K in Task['action']['kind']]: LifeOptions['executor'] }
  readonly settings: () => Settings
  readonly warnings: Warnings
  readonly changed: (run: Run, turned: boolean) => void
  /** By run; from its claim to its end. */
  readonly lives: Map<string, Life>
  readonly saver: Saver
  readonly dispatcher: Dispatcher
  readonly starts: Starts
  /** As it is now. */
  readonly task: (id: string) => Task | undefined
}

export interface Stand {
  /** Lets it go on from its place. */
  live(): void
  /** It could not be recorded. */
  forget(): void
}

/** Ms after which it is looked what a run waits for. */
const lookAfter = 1000

/** Puts a run in its place. `waits`: behind the task's own; `stored` resolves once it is on disk. */
export type PutInPlace = (task: Task, run: Run, waits: boolean, stored: Promise<void>) => Stand

export function createStands(options: StandsOptions): PutInPlace {
  const { clock, store, lives, dispatcher, saver, warnings, settings, starts } = options

  return (task, run, waits, stored) => {
    const entered = deferred<{ ready: (waited: Run['waited']) => void; expired: (waited: Run['waited']) => void }>()
    const life = createLife({
      run,
      stored,
      task,
      executor: options.executors[task.action.kind],
      store,
      clock,
      place: {
        enter: (ready, expired) => entered.resolve({ ready, expired }),
        began: (at) => dispatcher.began(run.id, at),
        releaseSlot: () => dispatcher.releaseSlot(run.id),
        ending: () => dispatcher.ending(run.id),
        leave: () => dispatcher.leave(run.id),
      },
      logLimit: settings().logLimit,
      changed: options.changed,
      save: (ended) => saver.save(ended),
      logRefused: (ended, reason, kept) =>
        warnings.raise('STORAGE', `${notWhole(ended, reason)}; what it lacks is kept in ${kept}`),
    })
    lives.set(run.id, life)
    const asItIs = (): Task => options.task(task.id) ?? task
    let hasSlot = false
    const began = clock.now()
    const before = began - Date.parse(run.createdAt)
    let heldBy: Run['waited'] = null
    const stopLooking = clock.after(lookAfter, () => (heldBy = dispatcher.heldBy(run.id)))
    /** What cost it the most. */
    const waited = (): Run['waited'] => {
      stopLooking()
      return before >= lookAfter && before > clock.now() - began ? { for: 'not_running', runId: null } : heldBy
    }
    const forget = (): void => {
      stopLooking()
      lives.delete(run.id)
      dispatcher.leave(run.id)
    }
    dispatcher.enter({
      runId: run.id,
      taskId: task.id,
      policy: task.policy,
      at: Date.parse(run.scheduledAt ?? run.createdAt),
      waits,
      replay: run.replay,
      until: startsUntil(run, graceOf(task)),
      // Nobody who asks for a run is refused for its task's limit, nor kept waiting.
      notBefore: run.triggeredBy === 'manual' ? undefined : () => starts.notBefore(asItIs(), clock.now()),
      ready() {
        hasSlot = true
        starts.began(asItIs(), run.id, clock.now())
        const by = waited()
        void entered.promise.then(({ ready }) => ready(by))
      },
      expired() {
        const by = waited()
        void entered.promise.then(({ expired }) => expired(by))
      },
    })
    return {
      forget() {
        starts.takeBack(task, run.id)
        forget()
        life.giveUp()
      },
      live() {
        void life.live().finally(() => {
          if (!hasSlot) starts.takeBack(task, run.id)
          forget()
          options.changed(life.run(), true)
        })
      },
    }
  }
}
