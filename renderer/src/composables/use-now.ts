import { createSharedComposable, useTimestamp } from '@vueuse/core'
import type { Ref } from 'vue'

/** Ms since the epoch, once a second; one timer for the whole page. */
export const useNow: () => Ref<number> = createSharedComposable(() => useTimestamp({ interval: 1000 }))
