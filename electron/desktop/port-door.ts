/** The page's door to the host: one MessagePort per page, handed out after a hello from our own main frame. */
import { ipcMain, MessageChannelMain, type IpcMainEvent, type MessagePortMain, type WebContents } from 'electron'
import type { Logger } from '../host/ports'
import { isOurPage } from './our-page'
import type { PortHandler } from './port-handler'

const helloChannel = 'belfry:hello'
const portChannel = 'belfry:port'

export interface PortDoor {
  /** Lets this window's page in. What it gives shuts the page out again and ends its streams. */
  admit(page: WebContents): () => void
  close(): void
}

export function openPortDoor(serve: PortHandler, log: Logger): PortDoor {
  const ports = new Map<WebContents, MessagePortMain | undefined>()

  const drop = (page: WebContents): void => {
    ports.get(page)?.close()
    ports.set(page, undefined)
  }

  const onHello = (event: IpcMainEvent): void => {
    const page = event.sender
    if (!ports.has(page) || !isOurPage(event)) {
      log.warn({ url: event.senderFrame?.url }, 'a stranger asked for the host and was refused')
      return
    }
    drop(page)
    const { port1, port2 } = new MessageChannelMain()
    ports.set(page, port1)
    serve({
      post: (message) => port1.postMessage(message),
      onMessage: (listener) => port1.on('message', ({ data }) => listener(data)),
      onClose: (listener) => port1.on('close', listener),
    })
    port1.start()
    page.postMessage(portChannel, null, [port2])
  }
  ipcMain.on(helloChannel, onHello)

  return {
    admit(page) {
      ports.set(page, undefined)
      const gone = (): void => drop(page)
      page.on('render-process-gone', gone)
      return () => {
        page.off('render-process-gone', gone)
        drop(page)
        ports.delete(page)
      }
    },
    close() {
      ipcMain.off(helloChannel, onHello)
      for (const page of [...ports.keys()]) drop(page)
      ports.clear()
    },
  }
}
