/** Who may see the page: one-time tokens that become session cookies. Kept in memory, as digests only. */
import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../ports'
import { digest } from './secrets'

/** Ms from issuing until a token is worthless. */
export const tokenLife = 15 * 60_000
/** Ms; a browser that stays away longer needs a new URL. */
export const sessionLife = 30 * 86_400_000
const mostOfEach = 1000

export interface PageSessions {
  /** A new token, good for one `enter`. */
  issue(): string
  /** The session's secret for a token that is known, unused and not too old; else undefined. */
  enter(token: string): string | undefined
  knows(session: string): boolean
}

/** @param random gives so many unpredictable bytes */
export function createPageSessions(clock: Clock, random: (bytes: number) => Buffer): PageSessions {
  const tokens = createSecrets(clock, random, tokenLife)
  const sessions = createSecrets(clock, random, sessionLife)
  return {
    issue: () => tokens.add(),
    enter: (token) => (tokens.take(token) ? sessions.add() : undefined),
    knows: (session) => sessions.renew(session),
  }
}

function createSecrets(clock: Clock, random: (bytes: number) => Buffer, life: number) {
  let kept: { readonly digest: Buffer; until: number }[] = []
  /** Looks at all of them, so that the time it takes does not tell which one was close. */
  const find = (secret: string) => {
    const wanted = digest(secret)
    kept = kept.filter((entry) => entry.until > clock.boot())
    return kept.filter((entry) => timingSafeEqual(entry.digest, wanted))[0]
  }
  return {
    add(): string {
      const secret = random(32).toString('base64url')
      kept = [...kept.slice(1 - mostOfEach), { digest: digest(secret), until: clock.boot() + life }]
      return secret
    },
    take(secret: string): boolean {
      const found = find(secret)
      kept = kept.filter((entry) => entry !== found)
      return found !== undefined
    },
    renew(secret: string): boolean {
      const found = find(secret)
      if (found) found.until = clock.boot() + life
      return found !== undefined
    },
  }
}
