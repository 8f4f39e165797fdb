import type { DropdownMenuItem } from '@nuxt/ui'
import { useI18n } from 'vue-i18n'
import { startOfTomorrow } from '@shared/schedule/tomorrow'
import { useSystem } from '../stores/system'

/** For how long one can pause: an hour, until tomorrow (the host's midnight), until resumed. */
export function usePauseChoices(): (pause: (until: string | null) => void) => DropdownMenuItem[] {
  const { t } = useI18n()
  const system = useSystem()
  return (pause) => [
    {
      label: t('common.pause.hour'),
      icon: 'i-lucide-clock',
      onSelect: () => pause(new Date(Date.now() + 3_600_000).toISOString()),
    },
    {
      label: t('common.pause.tomorrow'),
      icon: 'i-lucide-moon',
      onSelect: () => pause(new Date(startOfTomorrow(Date.now(), system.timeZone)).toISOString()),
    },
    { label: t('common.pause.forever'), icon: 'i-lucide-pause', onSelect: () => pause(null) },
  ]
}
