import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { LocaleName } from '../format/instant'
import { instantFormat } from '../format/instant'
import { formatBytes, formatCount } from '../format/quantity'
import { formatCoarse, formatCountdown, formatExactSpan, formatSpan, type UnitWords } from '../format/span'
import { useSystem } from '../stores/system'

/** Everything that is shown of times, spans, sizes and counts, in the page's language and the host's zone. */
export function useFormat() {
  const { t, locale } = useI18n()
  const system = useSystem()
  const units = computed<UnitWords>(() => ({
    ms: t('common.unit.ms'),
    s: t('common.unit.s'),
    m: t('common.unit.m'),
    h: t('common.unit.h'),
    d: t('common.unit.d'),
  }))
  /** See format/instant.ts. */
  const instants = computed(() => instantFormat(locale.value as LocaleName, system.timeZone))
  const ms = (at: string | number): number => (typeof at === 'number' ? at : Date.parse(at))
  return {
    instants,
    /** `1 m 04 s`. */
    duration: (span: number): string => formatSpan(span, units.value),
    /** A length that somebody chose: `45 m`, `1 h 30 m`. */
    exactly: (span: number): string =>
      span % 1000 === 0 ? formatExactSpan(span, units.value) : formatSpan(span, units.value),
    /** `1 h 27 m`. */
    countdown: (span: number): string => formatCountdown(span, units.value),
    /** `3 h`. */
    coarse: (span: number): string => formatCoarse(span, units.value),
    /** `in 1 h 27 m`, or `now`. */
    until: (at: string | number, now: number): string =>
      ms(at) - now < 1000 ? t('common.now') : t('common.in', { span: formatCountdown(ms(at) - now, units.value) }),
    /** `3 h ago`, or `just now`. */
    ago: (at: string | number, now: number): string =>
      now - ms(at) < 1000 ? t('common.justNow') : t('common.ago', { span: formatCoarse(now - ms(at), units.value) }),
    /** The two lines of a tooltip: the exact instant with its zone, then UTC and how far away. */
    exact(at: string | number, now: number): readonly [string, string] {
      const away = ms(at) - now
      const span = formatExactSpan(Math.abs(away), units.value)
      return [
        instants.value.exact(at),
        `${instants.value.utc(at)}, ${t(away >= 0 ? 'common.in' : 'common.ago', { span })}`,
      ]
    },
    bytes: (size: number): string => formatBytes(size, locale.value),
    count: (count: number): string => formatCount(count, locale.value),
  }
}
