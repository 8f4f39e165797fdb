import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import type { Client } from '@shared/contract'
import { clientKey } from '../../renderer/src/client'

/** Makes the page's stores usable without a page, talking to `client`. */
export function startStores(client: Client): void {
  const app = createApp({})
  app.provide(clientKey, client)
  const pinia = createPinia()
  app.use(pinia)
  setActivePinia(pinia)
}
