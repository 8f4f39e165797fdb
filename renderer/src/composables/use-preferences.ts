import { useLocalStorage, usePreferredDark } from '@vueuse/core'
import { watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Settings } from '@shared/model/settings'
import { chooseLocale } from '../locales'
import { useSettings } from '../stores/settings'

/** Makes language and theme follow the settings; remembers both, so that the next start does not flash. */
export function usePreferences(): void {
  const store = useSettings()
  const { locale } = useI18n()
  const lastLocale = useLocalStorage<Settings['locale']>('belfry.locale', 'system')
  const lastTheme = useLocalStorage<Settings['theme']>('belfry.theme', 'system')
  const prefersDark = usePreferredDark()

  watchEffect(() => {
    if (!store.settings) return
    lastLocale.value = store.settings.locale
    lastTheme.value = store.settings.theme
  })
  watchEffect(() => {
    locale.value = chooseLocale(lastLocale.value, navigator.languages)
    document.documentElement.lang = locale.value
  })
  watchEffect(() => {
    const dark = lastTheme.value === 'dark' || (lastTheme.value === 'system' && prefersDark.value)
    document.documentElement.classList.toggle('dark', dark)
    document.documentElement.classList.toggle('light', !dark)
  })
}
