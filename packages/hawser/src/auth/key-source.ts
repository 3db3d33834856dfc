import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWSHeaderParameters } from 'jose'
import type { ProtocolError } from '../call/index.ts'
import { type Fetch, fetchBounded } from './fetch-json.ts'
import { createKept, PAUSE_MS, unavailable } from './kept.ts'
import type { LocalIssuer } from './protected-resource.ts'

/** The public key that a token names in its header, when it is one for the algorithm there. */
export type KeySource = (header: JWSHeaderParameters) => Promise<CryptoKey>

/** What is wrong with a token rather than with whoever should have its key. */
const FAULTS = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported] as const

const isFault = (error: unknown): boolean => FAULTS.some((kind) => error instanceof kind)

/** How long keys are used without asking again, and how long nobody is asked for a key that was not there. (milliseconds) */
const MAX_AGE_MS = 600_000
const COOLDOWN_MS = 30_000

/** Keys at an address. Who makes up key ids gets one request in half a minute, whoever they are. */
export function createRemoteKeys(fetch: Fetch, url: string): KeySource {
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: MAX_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
    [customFetch]: (address, init) => fetchBounded(fetch, address, init),
  })
  let failed: { readonly error: ProtocolError; readonly until: number } | undefined
  return async (header) => {
    if (!keys.fresh && failed !== undefined && Date.now() < failed.until) throw failed.error
    try {
      return await keys(header)
    } catch (cause) {
      if (isFault(cause)) throw cause
      failed = { error: unavailable(cause), until: Date.now() + PAUSE_MS }
      throw failed.error
    }
  }
}

/** Milliseconds that keys of the same process are used, and before they are looked at again for one that was not there. */
const LOCAL_AGE_MS = 60_000
const LOCAL_COOLDOWN_MS = 1_000

/** Keys of an issuer in this process. */
export function createLocalKeys(read: LocalIssuer['jwks']): KeySource {
  const load = async (): Promise<KeySource> => createLocalJWKSet({ keys: [...(await read()).keys] })
  const old = createKept(load, LOCAL_AGE_MS)
  const recent = createKept(load, LOCAL_COOLDOWN_MS)
  return async (header) => {
    try {
      return await (
        await old()
      )(header)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      return (await recent())(header)
    }
  }
}
