/** What the desktop was asked to show, and the operator's clicks on it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { callMethod, monitorBus, type BusMessage, type BusObject } from './session-bus'
import { until } from './until'

const execute = promisify(execFile)

export interface ShownNotification {
  /** The daemon's. */
  readonly id: number
  readonly appName: string
  readonly summary: string
  readonly body: string
  /** Keys of the actions; `default` is the click on the notification itself. */
  readonly actions: readonly string[]
  readonly open: boolean
}

const daemon: BusObject = {
  service: 'org.freedesktop.Notifications',
  path: '/org/freedesktop/Notifications',
  interface: 'org.freedesktop.Notifications',
}

/** Follows the notification daemon. In the test desktop, notifications stay until they are clicked or closed. */
export class NotificationWatch {
  readonly #shown = new Map<number, ShownNotification>()
  readonly #asked = new Map<string, BusMessage>()
  #stop: () => void = () => undefined

  static async start(): Promise<NotificationWatch> {
    const watch = new NotificationWatch()
    // What earlier tests left on the screen.
    await execute('dunstctl', ['close-all'])
    watch.#stop = await monitorBus(daemon.service, (message) => watch.#hear(message))
    return watch
  }

  stop(): void {
    this.#stop()
  }

  /** Since the start, oldest first. */
  shown(): readonly ShownNotification[] {
    return [...this.#shown.values()]
  }

  /** The newest whose summary or body matches, as soon as it is there. */
  async waitFor(text: string | RegExp): Promise<ShownNotification> {
    const matches = (part: string): boolean => (text instanceof RegExp ? text.test(part) : part.includes(text))
    return until(`a notification with ${text}`, () =>
      this.shown().findLast(({ summary, body }) => matches(summary) || matches(body)),
    )
  }

  /** Clicks it as the operator would, by the daemon; other notifications are closed before. */
  async click(notification: ShownNotification): Promise<void> {
    for (const { id, open } of this.shown()) {
      if (open && id !== notification.id) await callMethod(daemon, 'CloseNotification', 'u', String(id))
    }
    await until('the other notifications being closed', () =>
      this.shown().every(({ id, open }) => !open || id === notification.id),
    )
    await execute('dunstctl', ['action', '0'])
  }

  #hear(message: BusMessage): void {
    if (message.member === 'Notify') this.#asked.set(`${message.sender} ${message.cookie}`, message)
    const [id] = message.payload.data as [number | undefined]
    if (id === undefined) return
    if (message.type === 'method_return') this.#answered(message, id)
    const known = this.#shown.get(id)
    if (message.member === 'NotificationClosed' && known) this.#shown.set(id, { ...known, open: false })
  }

  #answered(message: BusMessage, id: number): void {
    const asked = this.#asked.get(`${message.destination} ${message.reply_cookie}`)
    if (!asked) return
    const [appName, , , summary, body, actions] = asked.payload.data as [
      string,
      number,
      string,
      string,
      string,
      string[],
    ]
    const keys = actions.filter((_, index) => index % 2 === 0)
    this.#shown.set(id, { id, appName, summary, body, actions: keys, open: true })
  }
}

/** A picture of the whole screen. @param file as `test-results/tray.png` */
export async function screenshot(file: string): Promise<void> {
  await execute('scrot', ['--overwrite', file])
}
