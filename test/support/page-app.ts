import { createPinia, setActivePinia } from 'pinia'
import { createApp, type App } from 'vue'
import type { Client } from '@shared/contract'
import { clientKey } from '../../renderer/src/client'

/** Makes the page's stores usable without a page, talking to `client`. What needs them is to be called in the app's context. */
export function startStores(client: Client): App {
  const app = createApp({})
  app.provide(clientKey, client)
  const pinia = createPinia()
  app.use(pinia)
  setActivePinia(pinia)
  return app
}
