/**
 * Hands the page its MessagePort to the host; no other power. The page says `belfry:hello` to its own window, main
 * answers with one end of a fresh channel, and that is passed on as `belfry:port`.
 */
import { ipcRenderer } from 'electron'

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== window || event.origin !== location.origin) return
  if (isHello(event.data)) ipcRenderer.send('belfry:hello')
})

ipcRenderer.on('belfry:port', (event) => window.postMessage({ type: 'belfry:port' }, location.origin, event.ports))

function isHello(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'belfry:hello'
}
