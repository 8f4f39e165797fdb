import { useI18n } from 'vue-i18n'
import { useSystem } from '../stores/system'
import { useProblem } from './use-problem'

/** What can be done to the whole host. Says in a toast when it was refused; never throws. */
export function useHostActions() {
  const system = useSystem()
  const problem = useProblem()
  const { t } = useI18n()
  const attempt = (title: string, call: () => Promise<void>): Promise<void> =>
    call().catch((error: unknown) => problem.show(title, error))
  return {
    /** @param until an instant; null: until resumed */
    pause: (until: string | null): Promise<void> => attempt(t('common.failed.pauseAll'), () => system.pause(until)),
    resume: (): Promise<void> => attempt(t('common.failed.resumeAll'), () => system.resume()),
    dismiss: (id: string): Promise<void> => attempt(t('common.failed.save'), () => system.dismiss(id)),
  }
}
