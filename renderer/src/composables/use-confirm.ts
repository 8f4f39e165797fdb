import { useOverlay } from '@nuxt/ui/composables'
import ConfirmDialog from '../components/ConfirmDialog.vue'

export interface Question {
  readonly title: string
  /** What will happen, exactly. */
  readonly description: string
  readonly confirmLabel: string
  /** Defaults to "Cancel"; say what stays instead where that is clearer ("Let it run"). */
  readonly cancelLabel?: string
  readonly color?: 'error' | 'primary'
}

/** Asks before something that cannot be undone. True when the operator agreed. */
export function useConfirm(): (question: Question) => Promise<boolean> {
  const overlay = useOverlay()
  return async (question) =>
    (await overlay.create(ConfirmDialog, { destroyOnClose: true }).open({ ...question }).result) === true
}
