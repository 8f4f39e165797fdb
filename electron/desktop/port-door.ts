/** The page's door to the host: one MessagePort per page, handed out after a hello from our own main frame. */
import { ipcMain, MessageChannelMain, type IpcMainEvent, type MessagePortMain, type WebContents } from 'electron'
import type { Logger } from '../host/ports'
import { isOurPage } from './our-page'
import type { PortHandler } from './port-handler'

const helloChannel = 'belfry:hello'
const portChannel = 'belfry:port'

export interface PortDoor {
  /**
   * Lets this window's page in. What it gives shuts the page out again and ends its streams.
   * @param onHello the page has asked for the host, as it does once it is up
   */
  admit(page: WebContents, onHello: () => void): () => void
  close(): void
}

interface Admitted {
  readonly onHello: () => void
  port?: MessagePortMain
}

export function openPortDoor(serve: PortHandler, log: Logger): PortDoor {
  const pages = new Map<WebContents, Admitted>()

  const drop = (admitted: Admitted): void => {
    admitted.port?.close()
    delete admitted.port
  }

  const answer = (event: IpcMainEvent): void => {
    const page = event.sender
    const admitted = pages.get(page)
    if (!admitted || !isOurPage(event)) {
      log.warn({ url: event.senderFrame?.url }, 'a stranger asked for the host and was refused')
      return
    }
    drop(admitted)
    const { port1, port2 } = new MessageChannelMain()
    admitted.port = port1
    serve({
      post: (message) => port1.postMessage(message),
      onMessage: (listener) => port1.on('message', ({ data }) => listener(data)),
      onClose: (listener) => port1.on('close', listener),
    })
    port1.start()
    page.postMessage(portChannel, null, [port2])
    admitted.onHello()
  }
  ipcMain.on(helloChannel, answer)

  return {
    admit(page, onHello) {
      const admitted: Admitted = { onHello }
      pages.set(page, admitted)
      const gone = (): void => drop(admitted)
      page.on('render-process-gone', gone)
      return () => {
        page.off('render-process-gone', gone)
        drop(admitted)
        pages.delete(page)
      }
    },
    close() {
      ipcMain.off(helloChannel, answer)
      for (const admitted of pages.values()) drop(admitted)
      pages.clear()
    },
  }
}
