/** Decides what is due and tells it as data; starts nothing itself. Looks when its agenda says, and never for long at a time. */
import type { Task } from '@shared/model/task'
import { createAgenda, dueTurn, turnOf, type Entry } from './agenda'
import { createClockWatch, type Look } from './clock-watch'
import { createCounting } from './counting'
import { decideDue, isDelay, isPlain, plainRun, type Decision, type DueContext, type OpenDecision } from './decide'
import { decideFired, type Fired } from './decide-fired'
import { dueOf } from './jitter'
import { bothAt, decidedUpTo } from './occurrences'
import { oftenFirst } from './often-first'
import { pausedBetween } from './pauses'
import type { DueTask, Planner, PlannerOptions, TaskFates } from './planner-types'
import { createPlans, type Planned } from './plans'
import { nextTurn, stepSize, workOff } from './work-off'
import { createZoneWatch } from './zone-watch'

export type { DueTask, Planner, PlannerEvent, PlannerOptions, TaskFates } from './planner-types'

/** What one look has found. */
interface Found {
  readonly due: DueTask[]
  readonly fates: TaskFates[]
  /** To be planned anew. */
  readonly tasks: Set<string>
}

export function createPlanner(options: PlannerOptions): Planner {
  const { clock } = options
  const watch = createClockWatch(clock, options.bootTells)
  const zones = createZoneWatch(clock)
  const agenda = createAgenda<Planned>(clock, () => wake(), options.longestSleep)
  const counting = createCounting({ ...options, zone: zones.zone })
  /** Tasks of which more is due than one step decides. */
  const open = new Map<string, OpenDecision>()
  const plans = createPlans({ ...options, agenda, counting, isOpen: (id) => open.has(id) })
  /** To be planned, in this order. */
  const unplanned = new Set<string>()
  let began = Number.POSITIVE_INFINITY
  let settingBack = false

  const isRunning = (): boolean => began !== Number.POSITIVE_INFINITY
  const arm = (): void => agenda.arm(open.size > 0 || unplanned.size > 0)
  const nothing = (): Found => ({ due: [], fates: [], tasks: new Set() })

  /** However it came to be stored: one task's triggers are no reason to schedule nothing. */
  const guarded = (taskId: string, work: () => void): void => {
    try {
      work()
    } catch (error) {
      open.delete(taskId)
      plans.forget(taskId)
      options.unplannable(taskId, error)
    }
  }

  const plan = (taskId: string): void => {
    unplanned.delete(taskId)
    if (isRunning()) guarded(taskId, () => plans.plan(taskId))
  }

  const planSome = (): void => {
    const hasTime = turnOf(clock)
    const planned: string[] = []
    for (const taskId of unplanned) {
      plan(taskId)
      planned.push(taskId)
      if (!hasTime()) break
    }
    if (planned.length > 0) options.moved(planned)
  }

  const planLater = (taskIds: readonly string[]): void => taskIds.forEach((taskId) => unplanned.add(taskId))

  /** Looks at the clocks. Undefined when nothing may be decided now. */
  const notice = (): Look | undefined => {
    if (!isRunning() || settingBack) return undefined
    const look = watch.look()
    if (look.stepped < 0) {
      // What came before, and needed no haste, is recorded by the clock as it was.
      settleSome(plans.ids(), look.before)
      // At once: what is fired from now on goes by the clock as it is now.
      agenda.setBack()
      void goBack(-look.stepped, look.since, look)
      return undefined
    }
    if (look.woke) options.woke(look.now)
    return look
  }

  const wake = (): void => {
    agenda.hold()
    const look = notice()
    if (look === undefined) return
    const found = nothing()
    const isAll = decideSome(look.now, found)
    handOver(found)
    // After what is due was handed on, all of it: looking for the next instants is what takes time.
    if (isAll) found.tasks.forEach(plan)
    else planLater([...found.tasks])
    rereadZone(look)
    if (isAll) planSome()
    arm()
  }

  const goBack = async (by: number, from: number, { now, woke }: Pick<Look, 'now' | 'woke'>): Promise<void> => {
    settingBack = true
    while (open.size > 0) {
      await nextTurn(clock)
      settleSome([...open.keys()], now)
    }
    if (!isRunning()) return
    const { fixedStay } = await options.setBack(by, from)
    settingBack = false
    if (!isRunning()) return
    began = Math.min(began, from)
    if (woke) options.woke(now)
    counting.setBack({ from, now }, fixedStay)
    plans.planPauseOfAll()
    planLater(plans.ids())
    wake()
  }

  /** The machine's zone may have been changed under us: like a changed trigger, it counts from that moment. */
  const rereadZone = (look: Look): void => {
    if (!zones.reread(look)) return
    for (const taskId of plans.ids()) {
      const task = options.task(taskId)
      const next = plans.next(taskId)
      if (task && !open.has(taskId)) counting.skipTo(task, next && next.at <= look.now ? next.at : look.now + 1)
    }
    planLater(plans.ids())
  }

  /** False when there was no time for all that is due. */
  const decideSome = (now: number, found: Found): boolean => {
    const hasTime = turnOf(clock, dueTurn)
    let isAll: boolean
    do {
      const entry = agenda.take(now)
      isAll = entry === undefined
      if (entry) visit(entry, now, found)
    } while (!isAll && hasTime())
    workOn([...open.keys()], hasTime, found)
    return isAll
  }

  const visit = ({ key, at, what }: Entry<Planned>, now: number, found: Found): void => {
    if (what === 'pause-end') plans.endPause(key)
    else if (what === 'occurrence') guarded(key, () => decideTask(key, now, found))
    else takeEvent(what, at, now, found)
  }

  const decideTask = (taskId: string, now: number, found: Found): void => {
    const task = options.task(taskId)
    if (!task?.enabled) return
    const next = plans.next(taskId)
    if (next && isPlain(task, next, now, zones.zone()) && pausedAt(task)(next.at, next.at) === null) {
      const marks = decidedUpTo(next.at, counting.marks(task))
      const delayOver = isDelay(task.triggers[next.trigger])
      return conclude(taskId, { runs: [plainRun(next)], fates: [], marks, delayOver }, found)
    }
    const decision = begin(task, now)
    const done = decision.step(stepSize)
    if (done === undefined) open.set(taskId, decision)
    else conclude(taskId, done, found)
  }

  const begin = (task: Task, now: number): OpenDecision =>
    decideDue(task, {
      now,
      moment: counting.moment(task),
      marks: counting.marks(task),
      reasonAt: reasons(),
      pausedAt: pausedAt(task),
    })

  /** By the pauses as they stand now. */
  const pausedAt = (task: Task): DueContext['pausedAt'] => {
    const pauses = plans.pausesOf(task)
    return (from, until) => pausedBetween(pauses, from, until)
  }

  const reasons = (): DueContext['reasonAt'] => {
    const causeAt = watch.causes()
    return (at) => (at < began ? 'not_running' : causeAt(at))
  }

  const conclude = (taskId: string, { runs, fates: ranges, marks, delayOver }: Decision, found: Found): void => {
    open.delete(taskId)
    found.tasks.add(taskId)
    // Where it counts from is no watermark: a clock that was set back goes behind it.
    if (runs.length > 0 || ranges.length > 0) counting.decide(taskId, marks, delayOver)
    if (ranges.length > 0) found.fates.push({ taskId, event: null, ranges })
    for (const run of runs) found.due.push({ ...run, taskId, event: null, parameters: {} })
  }

  /** @param due ms: when it is due, jitter counted */
  const takeEvent = (fired: Fired, due: number, now: number, found: Found): void => {
    const { taskId, event, parameters = {} } = fired.event
    const task = options.task(taskId)
    const become =
      task && decideFired(fired, task, { now, due, zone: zones.zone(), reasonAt: reasons(), pausedAt: pausedAt(task) })
    if (become === undefined) return
    if ('fate' in become) found.fates.push({ taskId, event, ranges: [become.fate] })
    else found.due.push({ ...become.run, taskId, event, parameters })
  }

  const handOver = ({ due, fates }: Found): void => {
    due.sort((a, b) => a.scheduledAt - b.scheduledAt)
    if (fates.length > 0) options.record(fates)
    if (due.length > 0) options.dispatch(due)
  }

  const workOn = (taskIds: readonly string[], hasTime: () => boolean, found: Found): void =>
    workOff(open, taskIds, hasTime, (taskId, work) => {
      guarded(taskId, () => {
        const done = work()
        if (done !== undefined) conclude(taskId, done, found)
      })
    })

  /** Begins to decide what is due of the task. */
  const openTask = (taskId: string, now: number): void => {
    const task = options.task(taskId)
    const next = plans.next(taskId)
    const isAhead = next !== undefined && (next === null || next.at > now)
    if (task?.enabled && !isAhead && !open.has(taskId)) guarded(taskId, () => open.set(taskId, begin(task, now)))
  }

  /** Decides what is due of the tasks, as much as there is time for; the others stay open. */
  const settleSome = (taskIds: readonly string[], now: number): void => {
    const found = nothing()
    for (const taskId of taskIds) openTask(taskId, now)
    workOn(taskIds, turnOf(clock), found)
    handOver(found)
    found.tasks.forEach(plan)
    // They are not on the agenda until they are decided.
    for (const taskId of taskIds) if (open.has(taskId)) plan(taskId)
  }

  return {
    start(taskIds, { at = clock.now(), setBackBy = 0 } = {}) {
      began = at
      watch.look()
      const tasks = taskIds.flatMap((id) => options.task(id) ?? [])
      planLater(oftenFirst(tasks, began).map(({ id }) => id))
      if (setBackBy > 0) return void goBack(setBackBy, began, { now: began, woke: false })
      plans.planPauseOfAll()
      planSome()
      arm()
    },
    stop() {
      began = Number.POSITIVE_INFINITY
      agenda.stop()
      plans.clear()
      for (const known of [open, unplanned]) known.clear()
    },
    look: wake,
    powerEvent() {
      watch.powerEvent()
      wake()
    },
    track: plan,
    async settle(taskIds) {
      const look = notice()
      if (look !== undefined) {
        settleSome(taskIds, look.now)
        // The others may be due just as well.
        arm()
      }
      while (taskIds.some((taskId) => open.has(taskId))) await nextTurn(clock)
    },
    trackAll(taskIds) {
      plans.planPauseOfAll()
      planLater(taskIds)
      planSome()
      arm()
    },
    forget(taskId) {
      unplanned.delete(taskId)
      open.delete(taskId)
      plans.forget(taskId)
      counting.forget(taskId)
    },
    fire(event) {
      const task = options.task(event.taskId)
      if (task === undefined) return
      const { trigger = task.triggers[event.event.trigger], due = dueOf(task, event.at) } = event
      agenda.putEvent({ at: due, key: task.id, what: { event, trigger } })
    },
    nextAt: (taskId) => plans.nextRun(taskId)?.starts,
    nextToSkip: (taskId) => plans.nextRun(taskId)?.occurrence.at,
    next: () => plans.soonest(),
    moment: counting.moment,
    marks(taskId) {
      const task = options.task(taskId)
      return task ? counting.marks(task) : bothAt(0)
    },
  }
}
