import { createHash, timingSafeEqual } from 'node:crypto'

/** What is kept of a secret. */
export function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** Takes as long whatever the difference is. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}
