import { createSharedComposable, useLocalStorage, useMediaQuery } from '@vueuse/core'
import { ref } from 'vue'

/** What the frame of the page remembers. */
export const useLayout = createSharedComposable(() => ({
  /** The sidebar shows icons only; kept on this machine. */
  collapsed: useLocalStorage('belfry.sidebar.collapsed', false),
  /** On a narrow window the sidebar slides over the page. */
  menuOpen: ref(false),
  paletteOpen: ref(false),
  /** Under 720 px. */
  narrow: useMediaQuery('(max-width: 44.99rem)'),
}))
