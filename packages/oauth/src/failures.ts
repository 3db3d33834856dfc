import { addressKey } from './address-key.ts'
import type { Core } from './core.ts'
import { OAuthError } from './oauth-error.ts'

/** Of one address, or of one client, in a minute. */
const MAX_FAILURES = 60
const MINUTE = 60_000
/** Limits that this process remembers. */
const MAX_REMEMBERED = 10_000

/** Who failed to prove itself, and why; `clientId` only of a client that is known, since anybody can make others up. */
export interface Failure {
  readonly clientId?: string | undefined
  /** For the log. */
  readonly reason: string
}

/** Counts who fails to prove itself. */
export interface Failures {
  /** @throws OAuthError 429 for an address with too many of them, before anything is looked up. */
  readonly admit: (request: Request) => Promise<void>
  /** Notes one, and says what to answer: `refusal`, or 429 from the first above the limit on. */
  readonly count: (request: Request, failure: Failure, refusal: OAuthError) => Promise<OAuthError>
}

/**
 * An address with too many failures is turned away. A client with too many is not, for anybody can fail under its name: who
 * proves itself goes on, and only the failures are answered and told no more.
 */
export function createFailures(core: Core, clientAddress: (request: Request) => string | undefined): Failures {
  const limited = new Map<string, number>()

  const isLimited = (bucket: string): boolean => (limited.get(bucket) ?? 0) > core.now()
  const limit = (bucket: string): void => {
    const [oldest] = limited.keys()
    if (limited.size >= MAX_REMEMBERED && oldest !== undefined) limited.delete(oldest)
    limited.delete(bucket)
    limited.set(bucket, core.now() + MINUTE)
  }
  const addressBucket = async (request: Request): Promise<string | undefined> => {
    const address = clientAddress(request)
    return address === undefined ? undefined : `failures of ${await addressKey(core, address)}`
  }
  /** Whether it is one too many. The store is asked no more until the minute is over. */
  const exceeds = async (bucket: string): Promise<boolean> => {
    if (isLimited(bucket)) return true
    if (await core.store.hit(bucket, MAX_FAILURES, MINUTE, core.now())) return false
    limit(bucket)
    await core.tell({ type: 'client.refused', reason: 'limited' })
    return true
  }

  return {
    admit: async (request) => {
      if (limited.size === 0) return
      const bucket = await addressBucket(request)
      if (bucket !== undefined && isLimited(bucket)) throw tooMany()
    },
    count: async (request, { clientId, reason }, refusal) => {
      const buckets = [await addressBucket(request), clientId === undefined ? undefined : `failures as ${clientId}`]
      for (const bucket of buckets) if (bucket !== undefined && (await exceeds(bucket))) return tooMany()
      await core.tell({ type: 'client.refused', clientId, reason })
      return refusal
    },
  }
}

/** Not `invalid_client`: a client that hears that forgets its tokens. */
const tooMany = (): OAuthError =>
  new OAuthError('temporarily_unavailable', 'Too many failed attempts. Try again in a minute.', 429, {
    'retry-after': String(MINUTE / 1000),
  })
