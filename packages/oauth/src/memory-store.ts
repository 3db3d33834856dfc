import { checkMaxEntries } from './max-entries.ts'
import type {
  Code,
  Consent,
  Grant,
  GrantFilter,
  GrantStore,
  Redemption,
  Refresh,
  Rotation,
  StoredClient,
  StoredDocument,
  StoredKey,
  Successor,
} from './store.ts'
import { MAX_DOCUMENTS } from './store.ts'
import type { Transaction } from './transaction.ts'

/** Bounds of a store in memory. */
export interface MemoryStoreOptions {
  /** Most entries of one kind, such as grants or clients; 100 000 when left out. */
  readonly maxEntries?: number | undefined
}

interface UsedCode extends Code {
  isUsed: boolean
}

/** The good token of a grant, and the one before it for the time of grace. */
interface RefreshState {
  readonly current: Refresh
  readonly previous?: { readonly key: string; readonly usedAt: number; readonly sealedResponse: string }
}

/** Milliseconds between two looks at everything. */
const PURGE_PAUSE = 1_000

/**
 * Keeps everything in this process: for tests and for one process that may forget. What runs on one machine and must not
 * forget uses `sqliteStore` of `@hawser/oauth/node`.
 */
export function memoryStore({ maxEntries = 100_000 }: MemoryStoreOptions = {}): GrantStore {
  checkMaxEntries(maxEntries)
  const table = <V>(expiryOf: (value: V) => number): Table<V> => createTable(maxEntries, expiryOf)
  const transactions = table<Transaction>(({ expiresAt }) => expiresAt)
  const grants = table<Grant>(({ expiresAt }) => expiresAt)
  const codes = table<UsedCode>(({ forgetAt }) => forgetAt)
  const onces = table<number>((expiresAt) => expiresAt)
  const hits = table<{ readonly count: number; readonly endsAt: number }>(({ endsAt }) => endsAt)
  const clients = table<StoredClient>(({ expiresAt }) => expiresAt)
  const consents = table<Consent>(({ expiresAt }) => expiresAt)
  const documents = createTable<StoredDocument>(Math.min(maxEntries, MAX_DOCUMENTS), ({ expiresAt }) => expiresAt)
  /** Live and die with their grants. */
  const refreshes = new Map<string, RefreshState>()
  let keys: readonly StoredKey[] = []

  const revoke = (grantId: string): Grant | undefined => {
    const grant = grants.peek(grantId)
    grants.remove(grantId)
    refreshes.delete(grantId)
    return grant
  }
  grants.onExpire = (grantId) => refreshes.delete(grantId)

  return {
    isLasting: false,

    addTransaction: (transaction) => transactions.add(transaction.key, transaction, transaction.createdAt),
    readTransaction: (key, now) => transactions.get(key, now),
    replaceTransaction: (transaction, now) => {
      if (transactions.get(transaction.key, now)?.version !== transaction.version - 1) return false
      transactions.set(transaction.key, transaction)
      return true
    },
    takeTransaction: (key, now) => {
      const isThere = transactions.get(key, now) !== undefined
      transactions.remove(key)
      return isThere
    },

    addGrant: (grant, code, now) => {
      if (!codes.hasRoom(now) || !grants.add(grant.id, grant, now)) return false
      if (code) codes.set(code.key, { ...code, isUsed: false })
      return true
    },
    readGrant: (grantId, now) => grants.get(grantId, now),
    listGrants: (filter, { limit, after = '' }, now) =>
      [...grants.values()]
        .filter((grant) => grant.id > after && grant.expiresAt > now && equals(grant, filter))
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .slice(0, limit)
        .map((grant) => ({ ...grant, refreshedAt: refreshes.get(grant.id)?.previous?.usedAt })),
    revokeGrants: (filter) =>
      [...grants.values()]
        .filter((grant) => says(filter) && equals(grant, filter))
        .flatMap(({ id }) => revoke(id) ?? []),

    readCode: (key) => codes.peek(key),
    redeemCode: (key, refresh, now): Redemption => {
      const code = codes.peek(key)
      if (!code) return { ok: false, why: 'unknown' }
      if (code.isUsed) return { ok: false, why: 'replayed', grant: revoke(code.grantId) }
      code.isUsed = true
      const grant = grants.get(code.grantId, now)
      if (!grant || code.expiresAt <= now) return { ok: false, why: 'expired', grant: revoke(code.grantId) }
      const lasting: Grant = { ...grant, expiresAt: code.grantExpiresAt }
      grants.set(grant.id, lasting)
      if (refresh) refreshes.set(grant.id, { current: refresh })
      return { ok: true, grant: lasting }
    },

    rotateRefresh: (grantId, key, { sealedResponse, ...successor }: Successor, now, grace): Rotation => {
      const grant = grants.get(grantId, now)
      const state = refreshes.get(grantId)
      if (!grant || !state) return { ok: false, why: 'unknown' }
      const { current, previous } = state
      if (current.key === key) {
        if (current.expiresAt <= now) return { ok: false, why: 'expired' }
        refreshes.set(grantId, { current: successor, previous: { key, usedAt: now, sealedResponse } })
        return { ok: true, grant }
      }
      if (previous?.key === key && now - previous.usedAt < grace) {
        return { ok: 'again', grant, sealedResponse: previous.sealedResponse }
      }
      return { ok: false, why: 'reused', grant: revoke(grantId) }
    },

    once: (key, expiresAt, now) => onces.get(key, now) === undefined && onces.add(key, expiresAt, now),
    hit: (bucket, limit, windowMs, now) => {
      const open = hits.get(bucket, now)
      const next = { count: (open?.count ?? 0) + 1, endsAt: open?.endsAt ?? now + windowMs }
      if (open) hits.set(bucket, next)
      else if (!hits.add(bucket, next, now)) return false
      return next.count <= limit
    },

    readKeys: (now) => keys.filter(({ expiresAt }) => expiresAt > now),
    addKey: (key, after, now) => {
      const good = keys.filter(({ expiresAt }) => expiresAt > now)
      if (good.at(-1)?.kid !== after) return false
      keys = [...good, key]
      return true
    },

    addClient: (client, now) =>
      clients.get(client.client.id, now) === undefined && clients.add(client.client.id, client, now),
    readClient: (clientId, now) => clients.get(clientId, now),
    touchClient: (clientId, expiresAt) => {
      const known = clients.peek(clientId)
      if (known) clients.set(clientId, { ...known, expiresAt })
    },
    removeClient: (clientId) => clients.remove(clientId),

    readDocument: (clientId, now) => documents.get(clientId, now),
    saveDocument: (document, now) => {
      documents.remove(document.clientId)
      if (!documents.hasRoom(now)) documents.remove(soonest(documents.values()))
      documents.set(document.clientId, document)
    },

    readConsent: (key, now) => consents.get(key, now),
    saveConsent: (consent, now) => {
      consents.remove(consent.key)
      consents.add(consent.key, consent, now)
    },
    removeConsents: (userId, clientId) => {
      for (const { key, ...consent } of consents.values()) {
        if (consent.userId === userId && (clientId === undefined || consent.clientId === clientId)) consents.remove(key)
      }
    },
  }
}

/** Of the document that ends first. */
function soonest(documents: Iterable<StoredDocument>): string {
  let first: StoredDocument | undefined
  for (const document of documents) if (first === undefined || document.expiresAt < first.expiresAt) first = document
  return first?.clientId ?? ''
}

interface Table<V> {
  onExpire: (key: string) => void
  /** Also when it has expired. */
  readonly peek: (key: string) => V | undefined
  readonly get: (key: string, now: number) => V | undefined
  readonly hasRoom: (now: number) => boolean
  readonly add: (key: string, value: V, now: number) => boolean
  readonly set: (key: string, value: V) => void
  readonly remove: (key: string) => boolean
  readonly values: () => Iterable<V>
}

function createTable<V>(maxEntries: number, expiryOf: (value: V) => number): Table<V> {
  const entries = new Map<string, V>()
  let purgedAt = 0
  const purge = (now: number): void => {
    purgedAt = now
    for (const [key, value] of entries) {
      if (expiryOf(value) > now) continue
      entries.delete(key)
      table.onExpire(key)
    }
  }
  const table: Table<V> = {
    onExpire: () => undefined,
    peek: (key) => entries.get(key),
    get: (key, now) => {
      const value = entries.get(key)
      return value !== undefined && expiryOf(value) > now ? value : undefined
    },
    hasRoom: (now) => {
      if (entries.size >= maxEntries && Math.abs(now - purgedAt) > PURGE_PAUSE) purge(now)
      return entries.size < maxEntries
    },
    add: (key, value, now) => {
      const hasRoom = table.hasRoom(now)
      if (hasRoom) entries.set(key, value)
      return hasRoom
    },
    set: (key, value) => entries.set(key, value),
    remove: (key) => entries.delete(key),
    values: () => entries.values(),
  }
  return table
}

/** An empty filter would revoke everything that anybody has. */
const says = (filter: GrantFilter): boolean => Object.values(filter).some((wanted) => wanted !== undefined)

function equals(grant: Grant, { grantId, subject, clientId, resource, tenant, kind }: GrantFilter): boolean {
  const asked: readonly (readonly [wanted: string | null | undefined, has: string | null])[] = [
    [grantId, grant.id],
    [subject, grant.subject],
    [clientId, grant.clientId],
    [resource, grant.resource],
    [tenant, grant.tenant ?? null],
    [kind, grant.kind],
  ]
  return asked.every(([wanted, has]) => wanted === undefined || wanted === has)
}
