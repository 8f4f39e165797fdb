import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Settings, SettingsChange } from '@shared/model/settings'
import { useClient } from '../client'

export const useSettings = defineStore('settings', () => {
  const client = useClient()
  const settings = shallowRef<Settings>()

  async function load(): Promise<void> {
    settings.value = await client.settings.get()
  }

  function put(next: Settings): void {
    settings.value = next
  }

  /** Shows the change at once; takes it back and throws when the host refuses. */
  async function update(change: SettingsChange): Promise<void> {
    const before = settings.value
    const guessed = before && { ...before, ...change }
    settings.value = guessed
    try {
      settings.value = await client.settings.update(change)
    } catch (error) {
      if (settings.value === guessed) settings.value = before
      throw error
    }
  }

  return { settings, load, put, update }
})
