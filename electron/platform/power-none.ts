import type { PowerEvents } from '../host/ports'

/** Plain Node hears nothing of sleep and wake; the clocks tell. */
export function noPowerEvents(): PowerEvents {
  return { onSuspend: () => undefined, onResume: () => undefined }
}
