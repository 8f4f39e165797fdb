/** settings.json. */
import { z } from 'zod'
import { settings, type Settings } from '@shared/model/settings'
import type { StoreContext } from './context'
import { describe } from './format'
import { openDocument, type DocumentSpec } from './json-document'
import type { Store } from './types'

const body = z.object({ settings: z.record(z.string(), z.unknown()) })

const settingsSpec: DocumentSpec<Settings> = {
  name: 'settings.json',
  format: 1,
  empty: settings.parse({}),
  read(raw) {
    const given = { ...body.parse(raw).settings }
    const skipped: string[] = []
    for (const [name, schema] of Object.entries(settings.shape)) {
      if (!(name in given)) continue
      const parsed = schema.safeParse(given[name])
      if (parsed.success) continue
      skipped.push(`${name} is at its default: ${describe(parsed.error)}`)
      delete given[name]
    }
    return { data: settings.parse(given), skipped }
  },
  write: (data) => ({ settings: data }),
}

export async function openSettingsStore(
  context: StoreContext,
): Promise<Store['settings'] & { close(): Promise<void> }> {
  const document = await openDocument(context, settingsSpec)
  return {
    get: () => document.get(),
    set: (next) => document.update(() => next),
    close: () => document.close(),
  }
}
