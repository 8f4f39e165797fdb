import { useOverlay } from '@nuxt/ui/composables'
import ImportDialog from '../components/import/ImportDialog.vue'

export type ImportFrom = 'system' | 'text'

/** Opens the import dialog; resolves when it is closed. */
export function useImportDialog(): (from: ImportFrom) => Promise<void> {
  const overlay = useOverlay()
  return async (from) => {
    await overlay.create(ImportDialog, { destroyOnClose: true }).open({ from }).result
  }
}
