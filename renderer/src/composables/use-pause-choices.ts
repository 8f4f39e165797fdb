import type { DropdownMenuItem } from '@nuxt/ui'
import { useI18n } from 'vue-i18n'

/** For how long one can pause: an hour, until tomorrow (local midnight), until resumed. */
export function usePauseChoices(): (pause: (until: string | null) => void) => DropdownMenuItem[] {
  const { t } = useI18n()
  return (pause) => [
    {
      label: t('common.pause.hour'),
      icon: 'i-lucide-clock',
      onSelect: () => pause(new Date(Date.now() + 3_600_000).toISOString()),
    },
    {
      label: t('common.pause.tomorrow'),
      icon: 'i-lucide-moon',
      onSelect: () => pause(startOfTomorrow(new Date(Date.now()))),
    },
    { label: t('common.pause.forever'), icon: 'i-lucide-pause', onSelect: () => pause(null) },
  ]
}

function startOfTomorrow(now: Date): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).toISOString()
}
