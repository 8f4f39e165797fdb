/** Stretches of the calendar: when a task is active, or must not run. */
import { z } from 'zod'
import { timeZone } from './common'

const localDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'is not a date such as 2027-12-24')
  .refine((text) => {
    const at = new Date(`${text}T00:00:00Z`)
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
  }, 'there is no such date')

const timeForm = 'is not a time of day such as 07:30'
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, timeForm)
const endOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, timeForm)

export const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
export type Weekday = z.infer<typeof weekday>

/** All that is given must hold: a date in the range or the list, a weekday, a time of day. */
export const timeWindow = z
  .object({
    /** First day, inclusive. */
    from: localDate.optional(),
    /** Last day, inclusive. */
    until: localDate.optional(),
    dates: z.array(localDate).min(1).max(1000).optional(),
    weekdays: z.array(weekday).min(1).optional(),
    /** From inclusive, until exclusive. One that ends before it begins goes on past midnight: the day is that of its beginning. */
    times: z.object({ from: timeOfDay, until: endOfDay }).optional(),
    /** Not given: the machine's. */
    timezone: timeZone.optional(),
  })
  .superRefine((window, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    const { from, until, dates, weekdays, times } = window
    if ([from, until, dates, weekdays, times].every((part) => part === undefined))
      refuse('from', 'needs a date, a weekday or a time of day')
    if (from !== undefined && until !== undefined && until < from) refuse('until', 'must not be before from')
    if (times !== undefined && times.from === times.until) refuse('times', 'must not end when it begins')
  })
export type TimeWindow = z.infer<typeof timeWindow>
