import { useI18n } from 'vue-i18n'
import { assertNever } from '@shared/errors'
import type { Run } from '@shared/model/run'
import { waitsFor } from '../lib/waits-for'
import { useRuns } from '../stores/runs'
import { useSettings } from '../stores/settings'
import { useSystem } from '../stores/system'
import { useTasks } from '../stores/tasks'
import { useFormat } from './use-format'

/** What a queued run waits for, in words; empty for one that does not wait. */
export function useWaitingWords(): (run: Run) => string {
  const { t } = useI18n()
  const runs = useRuns()
  const tasks = useTasks()
  const system = useSystem()
  const settings = useSettings()
  const { count } = useFormat()
  return (run) => {
    const maxConcurrent = settings.settings?.maxConcurrent ?? system.status?.maxConcurrent ?? Number.POSITIVE_INFINITY
    const found = waitsFor(run, {
      active: runs.active,
      taskOf: (id) => tasks.byId.get(id),
      groups: settings.settings?.groups ?? {},
      maxConcurrent,
    })
    if (found === undefined) return ''
    switch (found.kind) {
      case 'slot':
        return t('run.waiting.slot', { n: count(maxConcurrent) }, maxConcurrent)
      case 'group':
        return t('run.waiting.group', { group: found.group })
      case 'instance':
        return t('run.waiting.instance')
      case 'replay':
        return t('run.waiting.replay')
      case 'turn':
        return t('run.waiting.turn')
      default:
        return assertNever(found)
    }
  }
}
