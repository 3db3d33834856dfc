import { checkMaxEntries } from '../max-entries.ts'
import type { GrantFilter, GrantStore, StoredClient } from '../store.ts'
import { createObjects } from './ask.ts'
import { checkBinding } from './binding.ts'
import { createCached } from './cached.ts'

export interface DurableStoreOptions {
  /** The name of the binding in `wrangler.jsonc`, whose class is `OAuthObject`. */
  readonly binding: string
  /**
   * How many objects share the grants, and each other kind: 1 to 256, 16 when left out. One bears some hundred sign-ins and
   * refreshes a second. The number cannot be changed afterwards.
   */
  readonly shards?: number | undefined
  /** Keeps several stores of one binding apart; `oauth` when left out. */
  readonly name?: string | undefined
  /** About how many entries of one kind, such as grants, an object holds at most; 250 000 when left out. */
  readonly maxEntries?: number | undefined
  /** A jurisdiction that data must not leave, as `eu`. */
  readonly jurisdiction?: string | undefined
  /** Where objects are made when they are first used, as `weur`. */
  readonly locationHint?: string | undefined
}

const MAX_SHARDS = 256
/** The number of an object, in the name of a grant. */
const PLACE = /^([0-9a-f]{2})-/
/** Milliseconds for which an isolate believes what it read of a client that registered itself, and 10 000 of them at most. */
const CLIENT_AGE = 10_000
/** Milliseconds of life that an isolate gives a client at least at a time, so that not every token of it is a write. */
const TOUCH_PAUSE = 3_600_000

/**
 * Keeps everything in Durable Objects with SQLite storage, so that Workers anywhere share it, and a code and a refresh token
 * are used once by all of them together. What belongs to a person lies in one object, chosen by a keyed hash of who it is.
 *
 * @throws TypeError for options that cannot be, and `BindingError` when the binding is missing or of another kind.
 *
 * @example
 * const oauth = createOAuth({ issuer, secret: env.OAUTH_SECRET, store: durableStore({ binding: 'OAUTH' }), … })
 */
export function durableStore(options: DurableStoreOptions): GrantStore {
  const { binding, shards = 16, maxEntries = 250_000, name = 'oauth' } = options
  if (!(Number.isInteger(shards) && shards >= 1 && shards <= MAX_SHARDS)) {
    throw new TypeError(`shards is a whole number from 1 to ${MAX_SHARDS}; it is ${shards}.`)
  }
  checkMaxEntries(maxEntries)
  checkBinding(binding)
  const { spread, ask } = createObjects({ ...options, name }, { shards, maxEntries })
  const exhausted = createCached<true>()
  const clients = createCached<StoredClient>()
  const touched = createCached<true>()

  const at = (kind: string, number: number): string => `${kind} ${number}`
  const of = (kind: string, key: string): string => at(kind, spread(key, shards))
  /** Where an id or key leads that begins with a place. By others, which nobody makes here, nothing is found. */
  const named = (id: string): string => {
    const number = Number.parseInt(PLACE.exec(id)?.[1] ?? '', 16)
    return at('grants', number < shards ? number : 0)
  }
  /** Where grants that equal a filter can be. */
  const where = ({ grantId, subject }: GrantFilter): readonly string[] => {
    if (grantId !== undefined) return [named(grantId)]
    if (subject !== undefined) return [of('grants', subject)]
    return Array.from({ length: shards }, (_, number) => at('grants', number))
  }

  return {
    isLasting: true,
    place: (subject) => `${spread(subject, shards).toString(16).padStart(2, '0')}-`,

    addTransaction: (transaction) => ask(of('sign-ins', transaction.key), 'addTransaction', transaction),
    readTransaction: (key, now) => ask(of('sign-ins', key), 'readTransaction', key, now),
    replaceTransaction: (transaction, now) =>
      ask(of('sign-ins', transaction.key), 'replaceTransaction', transaction, now),
    takeTransaction: (key, now) => ask(of('sign-ins', key), 'takeTransaction', key, now),

    addGrant: (grant, code, now) => ask(named(grant.id), 'addGrant', grant, code, now),
    readGrant: (grantId, now) => ask(named(grantId), 'readGrant', grantId, now),
    listGrants: async (filter, part, now) =>
      (await Promise.all(where(filter).map((object) => ask(object, 'listGrants', filter, part, now))))
        .flat()
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .slice(0, part.limit),
    revokeGrants: async (filter) =>
      (await Promise.all(where(filter).map((object) => ask(object, 'revokeGrants', filter)))).flat(),
    readCode: (key) => ask(named(key), 'readCode', key),
    redeemCode: (key, refresh, now) => ask(named(key), 'redeemCode', key, refresh, now),
    rotateRefresh: (grantId, ...given) => ask(named(grantId), 'rotateRefresh', grantId, ...given),

    once: (key, ...given) => ask(of('once', key), 'once', key, ...given),
    hit: async (bucket, limit, windowMs, now) => {
      const full = `${limit} ${bucket}`
      if (exhausted.get(full, now)) return false
      const { count, endsAt } = await ask(of('counts', bucket), 'count', bucket, windowMs, now)
      if (count > limit) exhausted.set(full, true, endsAt)
      return count <= limit
    },

    readKeys: (now) => ask('keys', 'readKeys', now),
    addKey: (...given) => ask('keys', 'addKey', ...given),

    addClient: (client, now) => ask(of('clients', client.client.id), 'addClient', client, now),
    readClient: async (clientId, now) => {
      const known = clients.get(clientId, now)
      if (known) return known
      const found = await ask(of('clients', clientId), 'readClient', clientId, now)
      if (found) clients.set(clientId, found, Math.min(found.expiresAt, now + CLIENT_AGE))
      return found
    },
    touchClient: async (clientId, expiresAt) => {
      if (touched.get(clientId, expiresAt)) return
      await ask(of('clients', clientId), 'touchClient', clientId, expiresAt)
      touched.set(clientId, true, expiresAt + TOUCH_PAUSE)
      clients.remove(clientId)
    },
    removeClient: (clientId) => {
      clients.remove(clientId)
      touched.remove(clientId)
      return ask(of('clients', clientId), 'removeClient', clientId)
    },

    readDocument: (clientId, now) => ask(of('clients', clientId), 'readDocument', clientId, now),
    saveDocument: (document, now) => ask(of('clients', document.clientId), 'saveDocument', document, now),

    readConsent: (key, now) => ask(named(key), 'readConsent', key, now),
    saveConsent: (consent, now) => ask(named(consent.key), 'saveConsent', consent, now),
    removeConsents: (userId, clientId) => ask(of('grants', userId), 'removeConsents', userId, clientId),
  }
}
