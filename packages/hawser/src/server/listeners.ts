import { type Call, callerId, type GrantWatch, ProtocolError, whenExpired } from '../call/index.ts'

/** Subscriptions that one server instance holds open at once. */
const MAX_LISTENERS = 1024

/** One open subscription. */
export interface Listener {
  /** Resolves when the client leaves, its token expires or is revoked, or somebody ends it. */
  readonly ended: Promise<void>
  readonly end: () => void
  /**
   * Whether the caller may begin; absent where nobody has to be asked.
   *
   * @throws AuthorizationError `invalid_token` when the grant is revoked.
   */
  readonly check: (() => Promise<void>) | undefined
  /** Gives the place back, to be called once. */
  readonly release: () => void
}

/** The places for subscriptions. */
export interface Listeners {
  /** @throws ProtocolError `internal_error` when there is no place for this caller. */
  readonly take: (call: Call) => Listener
  /** Ends every open subscription. */
  readonly close: () => void
}

/**
 * A caller whom an issuer vouches for may have as many places as it leaves free, so that nobody takes all of them. The local
 * user shares the server with nobody.
 */
export function createListeners(grants: GrantWatch | undefined): Listeners {
  const open = new Set<() => void>()
  const counts = new Map<string, number>()

  const count = (owner: string | undefined, change: number): void => {
    if (owner === undefined) return
    const own = (counts.get(owner) ?? 0) + change
    if (own > 0) counts.set(owner, own)
    else counts.delete(owner)
  }
  const refuse = (what: string): Error => new ProtocolError('internal_error', `${what} already. Try again later.`)

  return {
    take: ({ principal, signal }) => {
      const owner = principal?.issuer === undefined ? undefined : callerId(principal)
      const own = owner === undefined ? 0 : (counts.get(owner) ?? 0)
      if (open.size >= MAX_LISTENERS) throw refuse(`This server holds ${MAX_LISTENERS} subscriptions`)
      if (own >= MAX_LISTENERS - open.size) throw refuse(`You hold ${own} subscriptions of this server`)
      const ended = Promise.withResolvers<void>()
      open.add(ended.resolve)
      count(owner, 1)
      signal.addEventListener('abort', () => ended.resolve(), { once: true })
      if (signal.aborted) ended.resolve()
      const stopClock = whenExpired(principal, ended.resolve)
      const stay = grants?.watch(principal, ended.resolve)
      const release = (): void => {
        ended.resolve()
        open.delete(ended.resolve)
        count(owner, -1)
        stopClock()
        stay?.leave()
      }
      return { ended: ended.promise, end: ended.resolve, check: stay?.check, release }
    },
    close: () => {
      for (const end of open) end()
    },
  }
}
