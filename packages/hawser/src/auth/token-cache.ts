import type { Principal } from '../call/index.ts'
import { UNHEARD_MS } from './kept.ts'

/** SHA-256 of a text, written in any one way; at once where the runtime can. */
export type Digest = (text: string) => string | Promise<string>

/** Tokens that were found good, for a while. */
export interface TokenCache {
  /**
   * Whoever the token stands for; asks only when it is not known, and once for all who present it at the same time. Without a
   * promise where it is known and the runtime digests at once.
   */
  readonly get: (token: string, ask: () => Promise<Principal>) => Principal | Promise<Principal>
}

interface Kept {
  readonly principal: Principal
  readonly until: number
}

/** Half of them at least: when there are as many, the older half is forgotten at once, for a map is slow to lose one after the other. */
const MAX_TOKENS = 10_000
/** Checks under way at once; each is some 50 µs of work, or a request to somebody. */
const MAX_PENDING = 256

/**
 * Keeps what was found out of a token, under its SHA-256 so that no token stays in memory, until `keepMs` or its end. A key or
 * a grant that is withdrawn in the meantime counts for that long; what is refused is not kept.
 */
export function createTokenCache(digest: Digest, keepMs: number, tooMany: Error): TokenCache {
  let recent = new Map<string, Kept>()
  let older: ReadonlyMap<string, Kept> = new Map()
  /** In the order in which they began. */
  const pending = new Map<string, { readonly answer: Promise<Principal>; readonly since: number }>()

  const run = async (key: string, ask: () => Promise<Principal>): Promise<Principal> => {
    try {
      const principal = await ask()
      const until = Math.min(Date.now() + keepMs, principal.expiresAt ?? Infinity)
      if (recent.size >= MAX_TOKENS / 2) {
        older = recent
        recent = new Map()
      }
      recent.set(key, { principal, until })
      return principal
    } finally {
      pending.delete(key)
    }
  }
  const find = (key: string, ask: () => Promise<Principal>): Principal | Promise<Principal> => {
    const now = Date.now()
    const known = recent.get(key) ?? older.get(key)
    if (known !== undefined && now < known.until) return known.principal
    for (const [unheard, { since }] of pending) {
      if (now < since + UNHEARD_MS) break
      pending.delete(unheard)
    }
    const asked = pending.get(key)
    if (asked !== undefined) return asked.answer
    if (pending.size >= MAX_PENDING) throw tooMany
    const answer = run(key, ask)
    pending.set(key, { answer, since: now })
    return answer
  }
  return {
    get: (token, ask) => {
      const key = digest(token)
      return typeof key === 'string' ? find(key, ask) : key.then((known) => find(known, ask))
    },
  }
}
