import type { Authenticator } from './authenticator.ts'
import { AuthorizationError } from './error.ts'
import { after } from './limits.ts'
import type { Log } from './log.ts'
import { type Principal, tokenKey } from './principal.ts'

/** Somebody who stays for longer than a call, and whose grant may be revoked meanwhile. */
export interface Stay {
  /**
   * Resolves when the grant was asked about since it is watched.
   *
   * @throws AuthorizationError `invalid_token` when it does not hold.
   */
  readonly check: () => Promise<void>
  /** To be called once. */
  readonly leave: () => void
}

/** Asks whether grants still hold, for as long as somebody stays by them. */
export interface GrantWatch {
  /** Runs `end` when the grant is revoked; `undefined` for callers whose grant nobody can revoke. */
  readonly watch: (principal: Principal | undefined, end: () => void) => Stay | undefined
}

interface Watched {
  readonly ends: Set<() => void>
  /** The newest answer. */
  holds: Promise<boolean>
  stop: () => void
}

/** Longest time between two questions about one grant, in milliseconds; the shortest is three quarters of it. */
const INTERVAL_MS = 60_000

/**
 * One question for all who stay by the same token, when the first of them comes and then each minute, not about all tokens at the
 * same moment. Where nobody can tell, they stay: no longer than their token lasts.
 */
export function createGrantWatch(isLive: Authenticator['isLive'], log: Log): GrantWatch {
  const watched = new Map<string, Watched>()
  /** Whether the last question had an answer: what fails each minute is told once. */
  let isTold = false

  const ask = async (live: NonNullable<typeof isLive>, principal: Principal): Promise<boolean> => {
    try {
      const holds = await live(principal)
      isTold = false
      return holds
    } catch (cause) {
      if (!isTold)
        log({ level: 'warn', message: 'Nobody can tell whether the grants of subscribers still hold.', cause })
      isTold = true
      return true
    }
  }

  const begin = (live: NonNullable<typeof isLive>, principal: Principal): Watched => {
    const one: Watched = { ends: new Set(), holds: ask(live, principal), stop: () => {} }
    const look = async (): Promise<void> => {
      if (!(await one.holds)) for (const end of one.ends) end()
      else if (one.ends.size > 0) one.stop = after(INTERVAL_MS * (0.75 + Math.random() / 4), again)
    }
    const again = (): void => {
      one.holds = ask(live, principal)
      void look()
    }
    void look()
    return one
  }

  return {
    watch: (principal, end) => {
      if (isLive === undefined || principal?.issuer === undefined) return undefined
      const key = tokenKey(principal)
      const one = watched.get(key) ?? begin(isLive, principal)
      watched.set(key, one)
      const own = (): void => end()
      one.ends.add(own)
      const leave = (): void => {
        one.ends.delete(own)
        if (one.ends.size > 0) return
        one.stop()
        if (watched.get(key) === one) watched.delete(key)
      }
      const check = async (): Promise<void> => {
        if (!(await one.holds)) throw new AuthorizationError('invalid_token', 'The access was revoked. Sign in again.')
      }
      return { check, leave }
    },
  }
}
