import { createI18n } from 'vue-i18n'
import type { Settings } from '@shared/model/settings'
import type { LocaleName } from '../format/instant'
import { en } from './en'
import { zhCN } from './zh-CN'

/** What to speak: as set, else the first of the browser's languages that is one of ours. */
export function chooseLocale(set: Settings['locale'], languages: readonly string[]): LocaleName {
  if (set !== 'system') return set
  for (const language of languages) {
    if (language.toLowerCase().startsWith('zh')) return 'zh-CN'
    if (language.toLowerCase().startsWith('en')) return 'en'
  }
  return 'en'
}

export function createMessages(locale: LocaleName) {
  return createI18n({ legacy: false, locale, fallbackLocale: 'en', messages: { en, 'zh-CN': zhCN } })
}
