import { assertNever } from '../errors'
import type { Policy } from '../model/policy'
import type { ScheduleWarning } from '../model/schedule'
import type { Trigger } from '../model/trigger'

/** The field of the definition that a warning is about, such as `triggers.0.timezone`. */
export function warningField(
  warning: ScheduleWarning,
  { triggers, policy }: { readonly triggers: readonly Trigger[]; readonly policy: Pick<Policy, 'active'> },
): string {
  switch (warning.code) {
    case 'merged':
      return 'triggers'
    case 'closed':
      return policy.active.length > 0 ? 'policy.active' : 'policy.blackouts'
    case 'spent':
      return `triggers.${warning.trigger}.${endOf(triggers[warning.trigger])}`
    case 'rare':
      return `triggers.${warning.trigger}.expression`
    case 'alias':
      return `triggers.${warning.trigger}.timezone`
    case 'swallowed':
      return 'policy.dst.gap'
    case 'jitter':
      return 'policy.jitter'
    case 'open_path':
      return `triggers.${warning.trigger}.paths.${warning.number}`
    default:
      return assertNever(warning)
  }
}

/** What says that it is over. */
function endOf(trigger: Trigger | undefined): string {
  if (trigger?.kind === 'date') return 'at'
  return trigger?.kind === 'cron' && trigger.until === undefined ? 'expression' : 'until'
}
