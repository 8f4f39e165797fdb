type Listener = (message: unknown) => void

/** Keeps what arrives before somebody listens: a child may speak before its starter has got hold of it. */
export class Mailbox {
  private readonly waiting: unknown[] = []
  private readonly listeners: Listener[] = []
  private readonly closeListeners: (() => void)[] = []
  private closed = false

  deliver(message: unknown): void {
    if (this.listeners.length === 0) this.waiting.push(message)
    else for (const listener of this.listeners) listener(message)
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    for (const listener of this.closeListeners) listener()
  }

  onMessage(listener: Listener): void {
    this.listeners.push(listener)
    for (const message of this.waiting.splice(0)) listener(message)
  }

  /** Calls back at once when it is closed already. */
  onClose(listener: () => void): void {
    if (this.closed) listener()
    else this.closeListeners.push(listener)
  }
}
