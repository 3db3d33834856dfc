import type {
  Code,
  Grant,
  GrantFilter,
  GrantStore,
  ListedGrant,
  ListPart,
  Redemption,
  Rotation,
  StoredKey,
} from '../store.ts'
import { MAX_DOCUMENTS } from '../store.ts'
import type { Database, Row } from './database.ts'
import { createEntries, type Entries } from './entries.ts'
import { TABLES } from './schema.ts'

/** A `GrantStore` on a database, and what expiry and counting need besides. */
export interface SqlStore extends Omit<GrantStore, 'isLasting' | 'place'>, Pick<Entries, 'count' | 'purge'> {
  /** When the next row may be forgotten. */
  readonly nextExpiry: () => number | undefined
}

const FILTERS = {
  grantId: 'id',
  subject: 'subject',
  clientId: 'client_id',
  resource: 'resource',
  tenant: 'tenant',
  kind: "body ->> 'kind'",
} as const

/**
 * Keeps everything in a database whose tables are those of `SCHEMA`.
 *
 * @throws the errors of the database, as its methods do.
 */
export function createSqlStore(database: Database, maxEntries: number): SqlStore {
  const { prepare, step, lasting } = database
  const entries = createEntries(database, maxEntries)
  const addGrant = prepare(
    'INSERT INTO grants (id, subject, client_id, resource, tenant, expires_at, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const readGrant = prepare('SELECT * FROM grants WHERE id = ? AND expires_at > ?')
  const removeGrant = prepare('DELETE FROM grants WHERE id = ? RETURNING body, expires_at')
  const startGrant = prepare('UPDATE grants SET expires_at = ?, refresh_key = ?, refresh_expires_at = ? WHERE id = ?')
  const rotate = prepare(
    'UPDATE grants SET refresh_key = ?, refresh_expires_at = ?, used_key = ?, used_at = ?, sealed_response = ? WHERE id = ?',
  )
  const addCode = prepare('INSERT INTO codes (key, expires_at, body) VALUES (?, ?, ?)')
  const readCode = prepare('SELECT * FROM codes WHERE key = ?')
  const useCode = prepare('UPDATE codes SET is_used = 1 WHERE key = ?')
  const readKeys = prepare('SELECT body FROM signing_keys WHERE expires_at > ? ORDER BY signs_from')
  const newestKey = prepare('SELECT kid FROM signing_keys WHERE expires_at > ? ORDER BY signs_from DESC LIMIT 1')
  const addKey = prepare('INSERT INTO signing_keys VALUES (?, ?, ?, ?)')
  const nextExpiry = prepare(
    `SELECT min(at) AS at FROM (${TABLES.map((table) => `SELECT min(expires_at) AS at FROM ${table}`).join(' UNION ALL ')})`,
  )

  const revoke = (grantId: string): Grant | undefined => toGrant(removeGrant.get(grantId))

  return {
    addTransaction: (transaction) =>
      step(() =>
        entries.add('transaction', transaction.key, transaction, transaction.expiresAt, transaction.createdAt),
      ),
    readTransaction: (key, now) => entries.read('transaction', key, now),
    replaceTransaction: (transaction, now) => entries.replace('transaction', transaction, now),
    takeTransaction: (key, now) => entries.take('transaction', key, now),

    addGrant: (grant, code, now) => {
      const add = (): boolean => {
        if (!entries.hasRoom('grants', now)) return false
        const { id, subject, clientId, resource, tenant = null, expiresAt } = grant
        addGrant.run(id, subject, clientId, resource, tenant, expiresAt, JSON.stringify(grant))
        if (code) addCode.run(code.key, code.forgetAt, JSON.stringify(code))
        return true
      }
      // A code is redeemed by a step that lasts; without one the token follows at once.
      return code ? step(add) : lasting(add)
    },
    readGrant: (grantId, now) => toGrant(readGrant.get(grantId, now)),
    listGrants: (filter, part, now) => listGrants(database, filter, part, now),
    revokeGrants: (filter) => lasting(() => revokeGrants(database, filter)),

    readCode: (key) => toCode(readCode.get(key)),
    redeemCode: (key, refresh, now) =>
      lasting((): Redemption => {
        const row = readCode.get(key)
        const code = toCode(row)
        if (!code) return { ok: false, why: 'unknown' }
        if (row?.['is_used'] !== 0) return { ok: false, why: 'replayed', grant: revoke(code.grantId) }
        useCode.run(key)
        const grant = toGrant(readGrant.get(code.grantId, now))
        if (!grant || code.expiresAt <= now) return { ok: false, why: 'expired', grant: revoke(code.grantId) }
        startGrant.run(code.grantExpiresAt, refresh?.key ?? null, refresh?.expiresAt ?? null, grant.id)
        return { ok: true, grant: { ...grant, expiresAt: code.grantExpiresAt } }
      }),

    rotateRefresh: (grantId, key, successor, now, grace) =>
      lasting((): Rotation => {
        const row = readGrant.get(grantId, now)
        const grant = toGrant(row)
        if (!row || !grant || row['refresh_key'] === null) return { ok: false, why: 'unknown' }
        if (row['refresh_key'] === key) {
          if (Number(row['refresh_expires_at']) <= now) return { ok: false, why: 'expired' }
          rotate.run(successor.key, successor.expiresAt, key, now, successor.sealedResponse, grantId)
          return { ok: true, grant }
        }
        if (row['used_key'] === key && now - Number(row['used_at']) < grace) {
          return { ok: 'again', grant, sealedResponse: String(row['sealed_response']) }
        }
        return { ok: false, why: 'reused', grant: revoke(grantId) }
      }),

    once: (key, expiresAt, now) => lasting(() => entries.add('once', key, true, expiresAt, now)),
    hit: (bucket, limit, windowMs, now) => step(() => entries.count(bucket, windowMs, now)).count <= limit,

    readKeys: (now) => readKeys.all(now).map(({ body }) => JSON.parse(String(body)) as StoredKey),
    addKey: (key, after, now) =>
      lasting(() => {
        if (newestKey.get(now)?.['kid'] !== after) return false
        addKey.run(key.kid, key.signsFrom, key.expiresAt, JSON.stringify(key))
        return true
      }),

    addClient: (client, now) => lasting(() => entries.add('client', client.client.id, client, client.expiresAt, now)),
    readClient: (clientId, now) => entries.read('client', clientId, now),
    touchClient: (clientId, expiresAt) => entries.touch('client', clientId, expiresAt),
    removeClient: (clientId) => lasting(() => entries.take('client', clientId, 0)),

    readDocument: (clientId, now) => entries.read('document', clientId, now),
    saveDocument: (document, now) =>
      step(() => {
        // Those that end first make room for it.
        entries.trim('document', Math.min(maxEntries, MAX_DOCUMENTS) - 1)
        entries.save('document', document.clientId, document, document.expiresAt, now)
      }),

    readConsent: (key, now) => entries.read('consent', key, now),
    saveConsent: (consent, now) => step(() => entries.save('consent', consent.key, consent, consent.expiresAt, now)),
    removeConsents: (userId, clientId) => lasting(() => entries.removeConsents(userId, clientId)),

    count: (...given) => step(() => entries.count(...given)),
    purge: (now) => step(() => entries.purge(now)),
    nextExpiry: () => {
      const found = nextExpiry.get()?.['at']
      return typeof found === 'number' ? found : undefined
    },
  }
}

/** Each part of a filter as a condition, and what it compares with. The names of columns are ours; what is compared is bound. */
const conditionsOf = (filter: GrantFilter): readonly (readonly [sql: string, value: string | null])[] =>
  Object.entries(FILTERS).flatMap(([name, column]) => {
    const value = filter[name as keyof typeof FILTERS]
    return value === undefined ? [] : [[`${column} IS ?`, value] as const]
  })

function listGrants(
  { prepare }: Database,
  filter: GrantFilter,
  { limit, after = '' }: ListPart,
  now: number,
): readonly ListedGrant[] {
  const conditions = conditionsOf(filter)
  const where = [...conditions.map(([sql]) => sql), 'id > ?', 'expires_at > ?'].join(' AND ')
  return prepare(`SELECT * FROM grants WHERE ${where} ORDER BY id LIMIT ?`)
    .all(...conditions.map(([, value]) => value), after, now, limit)
    .flatMap((row) => {
      const grant = toGrant(row)
      return grant ? [{ ...grant, refreshedAt: row['used_at'] === null ? undefined : Number(row['used_at']) }] : []
    })
}

function revokeGrants({ prepare }: Database, filter: GrantFilter): readonly Grant[] {
  const conditions = conditionsOf(filter)
  if (conditions.length === 0) return []
  const where = conditions.map(([sql]) => sql).join(' AND ')
  const rows = prepare(`DELETE FROM grants WHERE ${where} RETURNING body, expires_at`).all(
    ...conditions.map(([, value]) => value),
  )
  return rows.flatMap((row) => toGrant(row) ?? [])
}

/** Its end is a column, since a code that is redeemed moves it. */
const toGrant = (row: Row | undefined): Grant | undefined =>
  row && { ...(JSON.parse(String(row['body'])) as Grant), expiresAt: Number(row['expires_at']) }

const toCode = (row: Row | undefined): Code | undefined => row && (JSON.parse(String(row['body'])) as Code)
