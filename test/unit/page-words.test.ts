import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { chooseLocale, createMessages } from '../../renderer/src/locales'
import { en } from '../../renderer/src/locales/en'
import { zhCN } from '../../renderer/src/locales/zh-CN'
import { projectRoot } from '../support/paths'

function flat(messages: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(messages) as [string, unknown][]) {
    // A key with a dot in it is named in brackets: `kind['cron.d']`.
    if (typeof value === 'string')
      found.set(key.includes('.') ? `${prefix.slice(0, -1)}['${key}']` : prefix + key, value)
    else for (const [inner, text] of flat(value as object, `${prefix}${key}.`)) found.set(inner, text)
  }
  return found
}

const english = flat(en)
const chinese = flat(zhCN)
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort()
/** `n` may be said in words. */
const spoken = (text: string): string[] => placeholders(text).filter((name) => name !== 'n' && name !== 'word')

/** What the page is made of, but for the words themselves: text by file. */
async function sources(): Promise<ReadonlyMap<string, string>> {
  const root = path.join(projectRoot, 'renderer/src')
  const files = (await readdir(root, { recursive: true })).filter(
    (file) => /\.(vue|ts)$/.test(file) && !file.startsWith('locales'),
  )
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]))
}

describe('the words of the page', () => {
  it('are there in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('leave out nothing that is to be filled in', () => {
    const different = [...english].filter(
      ([key, text]) => String(spoken(text)) !== String(spoken(chinese.get(key) ?? '')),
    )
    expect(different).toEqual([])
  })

  it('can all be read by the compiler of messages, without eval', () => {
    const { global } = createMessages('en')
    const broken = [...english.keys(), ...chinese.keys()].filter((key) => {
      try {
        return (['en', 'zh-CN'] as const).some(
          (locale) => !global.te(key, locale) || global.t(key, { n: 2, word: 'Two' }, { locale }) === key,
        )
      } catch {
        return true
      }
    })
    expect(broken).toEqual([])
  })

  it('exist for every key that a component names', async () => {
    const files = await sources()
    expect(files.size).toBeGreaterThan(50)
    const missing = [...files].flatMap(([file, text]) =>
      [...text.matchAll(/\bt\(\s*'([^']+)'/g)]
        .map((match) => match[1] ?? '')
        .filter((key) => !english.has(key))
        .map((key) => `${file}: ${key}`),
    )
    expect(missing).toEqual([])
  })

  it('are all said somewhere', async () => {
    const text = [...(await sources()).values()].join('\n')
    const named = new Set([...text.matchAll(/['"`]([\w.-]+)['"`]/g)].map((match) => match[1]))
    // Such as `common.state.${state}`.
    const begun = [...new Set([...text.matchAll(/`([a-z]\w*\.[\w.]*(?:\[')?)\$\{/gi)].map((match) => match[1] ?? ''))]
    expect(begun).toContain('common.state.')
    const unsaid = [...english.keys()].filter(
      (key) =>
        !named.has(key) &&
        !begun.some((beginning) => key.startsWith(beginning) || key.startsWith(beginning.replace(/\['$/, '.'))),
    )
    expect(unsaid).toEqual([])
  })
})

describe('the language', () => {
  it.each<[Parameters<typeof chooseLocale>[0], string[], string]>([
    ['system', ['de-DE', 'zh-TW', 'en'], 'zh-CN'],
    ['system', ['en-US', 'zh-CN'], 'en'],
    ['system', ['de-DE'], 'en'],
    ['system', [], 'en'],
    ['zh-CN', ['en'], 'zh-CN'],
    ['en', ['zh-CN'], 'en'],
  ])('set to %s, with a browser of %j, is %s', (set, languages, locale) => {
    expect(chooseLocale(set, languages)).toBe(locale)
  })
})
