import { useToast } from '@nuxt/ui/composables'
import { messageOf } from '@shared/errors'

/** Tells the operator that something was refused, in a toast. */
export function useProblem() {
  const toast = useToast()
  return {
    /** @param title what was tried, e.g. "Nightly backup was not started" */
    show(title: string, error: unknown): void {
      toast.add({ title, description: messageOf(error), color: 'error', icon: 'i-lucide-circle-x' })
    },
  }
}
