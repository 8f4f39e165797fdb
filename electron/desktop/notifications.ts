/** Native notifications; where the desktop has none, a line in the log. */
import { Notification } from 'electron'
import type { Logger, Notifier } from '../host/ports'

export interface Notice {
  readonly title: string
  readonly body: string
  readonly onClick: () => void
}

export interface Notifications {
  show(notice: Notice): void
}

/** Notifications that may still be clicked; a forgotten one would be collected, and its click with it. */
const kept = 100

export function nativeNotifications(log: Logger): Notifications {
  const open = new Set<Notification>()
  return {
    show({ title, body, onClick }) {
      if (!Notification.isSupported()) {
        log.warn({ title, body }, 'this desktop shows no notifications')
        return
      }
      const notification = new Notification({ title, body })
      const forget = (): void => void open.delete(notification)
      notification.on('click', () => {
        forget()
        // Some desktops leave it on the screen.
        notification.close()
        onClick()
      })
      notification.on('close', forget)
      notification.on('failed', (_event, error) => {
        forget()
        log.warn({ title, body, error }, 'a notification could not be shown')
      })
      open.add(notification)
      for (const oldest of open) {
        if (open.size <= kept) break
        open.delete(oldest)
      }
      notification.show()
    },
  }
}

/** The host's port: a click shows the run. */
export function desktopNotifier(notifications: Notifications, show: (hash: string) => void): Notifier {
  return {
    failed: ({ run, title, body }) => notifications.show({ title, body, onClick: () => show(`/runs/${run.id}`) }),
  }
}
