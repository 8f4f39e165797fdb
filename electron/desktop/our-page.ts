import { pageOrigin } from './page-files'

/** Of Electron's frames. Node would give `app://belfry` no origin; these know their own. */
interface Frame {
  readonly url: string
  readonly origin: string
}

export interface Sent {
  readonly senderFrame: Frame | null
  readonly sender: { readonly mainFrame: Frame }
}

/**
 * Whether a message comes from our page's own main frame. To be asked before anything is awaited: the sender's frame may
 * be gone afterwards, and what is gone is nobody's.
 */
export function isOurPage({ senderFrame, sender }: Sent): boolean {
  if (senderFrame === null || senderFrame !== sender.mainFrame) return false
  return senderFrame.url.startsWith(`${pageOrigin}/`) && senderFrame.origin === pageOrigin
}
