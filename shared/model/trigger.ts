/** When a task is due. A task may have several triggers; they are OR-ed. */
import { z } from 'zod'
import { BelfryError } from '../errors'
import { checkCron, endOfTime, nextCron } from '../schedule/cron'
import { localToInstant } from '../schedule/local-time'
import { isTimeZone } from '../schedule/zone'
import { duration, id, instant, timeZone } from './common'

/** Whether an expression ever comes is asked from here on, so that the answer does not depend on the day of asking. */
const beginning = Date.parse('2000-01-01T00:00:00Z')
/** No zone is further from UTC, ms. */
const furthestZone = 15 * 3_600_000

export const cronTrigger = z
  .object({
    kind: z.literal('cron'),
    /** See shared/schedule/cron.ts for what is read. */
    expression: z.string(),
    /** Not given: the machine's zone. */
    timezone: timeZone.optional(),
    /** Inclusive. */
    from: instant.optional(),
    /** Inclusive. */
    until: instant.optional(),
  })
  .superRefine((trigger, context) => {
    // Whether it ever comes is the same in every zone, and to ask for the machine's takes ten times as long.
    if (!refusing('expression', context, () => checkCron(trigger.expression, 'UTC', beginning))) return
    if (trigger.timezone !== undefined && !isTimeZone(trigger.timezone)) return
    const [field, message] = boundsProblem(trigger) ?? []
    if (field !== undefined) context.addIssue({ code: 'custom', path: [field], message })
  })

/** Bounds that nothing comes between: the field, and why. */
function boundsProblem({
  expression,
  timezone,
  ...bounds
}: {
  expression: string
  timezone?: string | undefined
  from?: string | undefined
  until?: string | undefined
}): [field: string, reason: string] | undefined {
  const from = instantOf(bounds.from)
  const until = instantOf(bounds.until)
  if (from === undefined && until === undefined) return undefined
  if (from !== undefined && until !== undefined && until < from) return ['until', 'must not be before from']
  // Not given, the zone may be any, and another one tomorrow.
  const leeway = timezone === undefined ? furthestZone : 0
  const first = nextCron(expression, timezone ?? 'UTC', (from === undefined ? beginning : from - leeway) - 1)
  if (first === undefined) return ['from', 'the expression never comes from then on']
  if (until === undefined || first <= until + leeway) return undefined
  return ['until', `the expression never comes ${from === undefined ? 'until then' : 'between from and until'}`]
}

/** Ms; undefined for one that is not given, or is none and has its issue already. */
function instantOf(text: string | undefined): number | undefined {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? undefined : at
}

export const intervalTrigger = z
  .object({
    kind: z.literal('interval'),
    /** Milliseconds, 1 s to 10 years. */
    every: duration(1000),
    /** Fixed-rate: occurrences are anchor + n·every. Not given: the whole second in which the trigger was made. */
    anchor: instant.optional(),
    /** Inclusive. */
    until: instant.optional(),
    /** `fixed-delay`: `every` after the end of the task's last run, whatever started it. */
    mode: z.enum(['fixed-rate', 'fixed-delay']).default('fixed-rate'),
  })
  .superRefine(({ mode, anchor, every, until }, context) => {
    const start = instantOf(anchor)
    if (mode === 'fixed-delay' || start === undefined) return
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    if (start + every >= endOfTime) refuse('anchor', 'the first occurrence must be in the years 0000 to 9999 (UTC)')
    else if ((instantOf(until) ?? Infinity) < start + every)
      refuse('until', 'must not be before the first occurrence, which is every after anchor')
  })

/** Furthest from UTC, behind and ahead. */
const outermostZones = ['Etc/GMT+12', 'Etc/GMT-14']

const localTimeForm = 'is not an instant (2027-12-25T10:00:00Z) or a local time (2027-12-25T10:00)'

const localTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/, { error: localTimeForm, abort: true })
  .refine(
    (text) => !Number.isNaN(Date.parse(`${text}Z`)) && new Date(`${text}Z`).toISOString().startsWith(text.slice(0, 16)),
    'there is no such date',
  )

export const dateTrigger = z
  .object({
    kind: z.literal('date'),
    /** An instant, or a local time (no offset) in `timezone`. */
    at: z.union([instant, localTime], {
      error: localTimeForm,
    }),
    /** For a local time; not given: the machine's zone. */
    timezone: timeZone.optional(),
  })
  .superRefine((trigger, context) => {
    // An instant needs no zone, and what has no such form or date has its issue already.
    if (!localTime.safeParse(trigger.at).success) return
    // Not given, the zone may be any, and another one tomorrow.
    const zones = trigger.timezone === undefined ? outermostZones : [trigger.timezone]
    if (zones.every(isTimeZone))
      refusing('at', context, () => zones.forEach((zone) => void localToInstant(trigger.at, zone)))
  })

export const manualTrigger = z.object({ kind: z.literal('manual') })

export const startupTrigger = z.object({
  kind: z.literal('startup'),
  /** `host`: each time the host starts. `boot`: at the first start of the host after each boot of the machine. */
  on: z.enum(['host', 'boot']).default('host'),
  /** Milliseconds after the start, 0 to 30 days. */
  delay: duration(0, 30 * 86_400_000).default(0),
})

export const resumeTrigger = z.object({
  kind: z.literal('resume'),
  /** Milliseconds after the machine woke, 0 to 30 days. */
  delay: duration(0, 30 * 86_400_000).default(0),
})

export const watchEvent = z.enum(['add', 'change', 'remove'])
export type WatchEvent = z.infer<typeof watchEvent>

export const watchTrigger = z.object({
  kind: z.literal('watch'),
  /** Files or folders (with all below them), absolute or from the home folder (`~/`). Links are not followed. */
  paths: z
    .array(
      z
        .string()
        .max(4096)
        .regex(/^(~?\/|~$|[A-Za-z]:[\\/])/, 'must be absolute, or begin with ~/')
        .refine((path) => !path.includes('\0'), 'must not have a NUL character'),
    )
    .min(1, 'needs a path')
    .max(50),
  events: z.array(watchEvent).min(1, 'needs an event').default(['add', 'change', 'remove']),
  /** Milliseconds without further changes before it fires, 0 to 1 hour. */
  settle: duration(0, 3_600_000).default(2000),
})

export const afterTrigger = z.object({
  kind: z.literal('after'),
  /** Ids; any one of them will do. */
  tasks: z.array(id).min(1, 'needs a task').max(50),
  /** Cancelled and interrupted runs count only as `finish`. */
  on: z.enum(['success', 'failure', 'finish']).default('success'),
})

export const trigger = z.discriminatedUnion(
  'kind',
  [cronTrigger, intervalTrigger, dateTrigger, manualTrigger, startupTrigger, resumeTrigger, watchTrigger, afterTrigger],
  {
    error: 'is not a trigger; kind is one of cron, interval, date, manual, startup, resume, watch, after',
  },
)
export type Trigger = z.infer<typeof trigger>
export type TriggerKind = Trigger['kind']
export type CronTrigger = z.infer<typeof cronTrigger>
export type IntervalTrigger = z.infer<typeof intervalTrigger>
export type DateTrigger = z.infer<typeof dateTrigger>
export type StartupTrigger = z.infer<typeof startupTrigger>
export type ResumeTrigger = z.infer<typeof resumeTrigger>
export type WatchTrigger = z.infer<typeof watchTrigger>
export type AfterTrigger = z.infer<typeof afterTrigger>
export const triggerKind = z.enum(
  trigger.options.map((option) => option.shape.kind.value) as [TriggerKind, ...TriggerKind[]],
)

/** Makes what `check` throws (INVALID) the issue of `field`; true where it throws nothing. */
function refusing(field: string, context: z.core.$RefinementCtx, check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (!(error instanceof BelfryError)) throw error
    context.addIssue({ code: 'custom', path: [field], message: error.message })
    return false
  }
}
