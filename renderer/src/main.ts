/** The page's composition root. */
import ui from '@nuxt/ui/vue-plugin'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import './style.css'
import App from './App.vue'
import { clientKey, createClient } from './client'
import { chooseLocale, createMessages } from './locales'
import { createPageRouter } from './router'
import { useConnection } from './stores/connection'

const app = createApp(App)
const router = createPageRouter()
app.provide(clientKey, createClient())
app.use(createPinia())
app.use(createMessages(chooseLocale('system', navigator.languages)))
app.use(router)
app.use(ui)
app.mount('#app')
// Its hello tells the desktop app that the page has come to its place, and may be led to another.
void router.isReady().then(() => useConnection().start())
