import { createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from 'jose'
import { ProtocolError } from '../call/index.ts'
import { type Fetch, fetchJson } from './fetch-json.ts'
import { createKept, unavailable } from './kept.ts'
import type { LocalIssuer } from './protected-resource.ts'

/** The public key that a token names in its header, when it is one for the algorithm there. */
export type KeySource = (header: JWSHeaderParameters) => Promise<CryptoKey>

/** What is wrong with a token rather than with whoever should have its key. */
const FAULTS = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported] as const

const isFault = (error: unknown): boolean => FAULTS.some((kind) => error instanceof kind)

/** Milliseconds that keys at an address are used without asking again, and that nobody is asked for a key that was not there. */
const MAX_AGE_MS = 600_000
const COOLDOWN_MS = 30_000

/** Keys at an address. Who makes up key ids gets one request in half a minute, whoever they are. */
export function createRemoteKeys(fetch: Fetch, url: string): KeySource {
  const headers = { accept: 'application/json, application/jwk-set+json' }
  // Looked at before it is used.
  const load = async (): Promise<KeySource> =>
    createLocalJWKSet((await fetchJson(fetch, url, { headers })) as JSONWebKeySet)
  const keys = createKept(load, MAX_AGE_MS)
  return choose(keys, () => keys(COOLDOWN_MS))
}

/** Milliseconds that keys of the same process are used, and before they are looked at again for one that was not there. */
const LOCAL_AGE_MS = 60_000
const LOCAL_COOLDOWN_MS = 1_000

/** Keys of an issuer in this process. */
export function createLocalKeys(read: LocalIssuer['jwks']): KeySource {
  const load = async (): Promise<KeySource> => createLocalJWKSet({ keys: [...(await read()).keys] })
  return choose(createKept(load, LOCAL_AGE_MS), createKept(load, LOCAL_COOLDOWN_MS))
}

/** Looks among keys that are known, then among newer ones. */
function choose(known: () => Promise<KeySource>, newer: () => Promise<KeySource>): KeySource {
  return async (header) => {
    try {
      return await (
        await known()
      )(header)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw explain(error)
    }
    try {
      return await (
        await newer()
      )(header)
    } catch (error) {
      throw explain(error)
    }
  }
}

/** A key that cannot be used is no fault of who presents a token. */
function explain(error: unknown): unknown {
  return isFault(error) || error instanceof ProtocolError ? error : unavailable(error)
}
