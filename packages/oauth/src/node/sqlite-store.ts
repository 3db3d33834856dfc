import type { SQLOutputValue } from 'node:sqlite'
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
import { createEntries } from './entries.ts'
import { openDatabase, type Database } from './open-database.ts'
import type { Schema } from './schema-version.ts'

/** A `GrantStore` in a file. */
export interface SqliteStore extends GrantStore, Disposable {
  readonly close: () => void
}

/** Bounds of a store in a file. */
export interface SqliteStoreOptions {
  /** About how many entries of one kind, such as grants or clients, there are at most; 1 000 000 when left out. */
  readonly maxEntries?: number | undefined
}

/** A grant has its refresh tokens in its own row: the good one, and the one before it for the time of grace. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    client_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    tenant TEXT,
    expires_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    refresh_key TEXT,
    refresh_expires_at INTEGER,
    used_key TEXT,
    used_at INTEGER,
    sealed_response TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS grants_by_subject ON grants (subject);
  CREATE INDEX IF NOT EXISTS grants_by_client ON grants (client_id);
  CREATE INDEX IF NOT EXISTS grants_by_expiry ON grants (expires_at);
  CREATE TABLE IF NOT EXISTS codes (
    key TEXT PRIMARY KEY,
    is_used INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS codes_by_expiry ON codes (expires_at);
  CREATE TABLE IF NOT EXISTS signing_keys (
    kid TEXT PRIMARY KEY,
    signs_from INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS entries (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
`

const SCHEMA: Schema = {
  kind: 'the grants of an authorization server',
  applicationId: 0x68_77_67_72,
  versions: [TABLES],
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
 * Keeps everything in a SQLite file, so that it outlives the process. Processes and threads of one machine may share the
 * file; a code and a refresh token are used once by all of them together. What is handed out, used up or revoked is on the
 * disk before anybody is told. What a person only has to begin again is not waited for: a sign-in under way, a code that
 * nobody has redeemed, a remembered consent.
 *
 * @param path The file; its folder must exist. Only its owner may read it.
 * @throws RangeError for a bound that is not more than 0, Error for a file of another kind or of a newer version, and the errors of `node:sqlite`, as its methods do.
 */
export function sqliteStore(path: string, { maxEntries = 1_000_000 }: SqliteStoreOptions = {}): SqliteStore {
  if (!(maxEntries > 0)) throw new RangeError(`maxEntries must be more than 0; it is ${maxEntries}.`)
  const database = openDatabase(path, SCHEMA)
  const { prepare, step, lasting, close } = database
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

  const revoke = (grantId: string): Grant | undefined => toGrant(removeGrant.get(grantId))

  return {
    isLasting: path !== ':memory:',

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
    hit: (bucket, limit, windowMs, now) => step(() => entries.count(bucket, windowMs, now)) <= limit,

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

    readConsent: (key, now) => entries.read('consent', key, now),
    saveConsent: (consent, now) => step(() => entries.save('consent', consent.key, consent, consent.expiresAt, now)),
    removeConsents: (userId, clientId) => lasting(() => entries.removeConsents(userId, clientId)),

    close,
    [Symbol.dispose]: close,
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

type Row = Readonly<Record<string, SQLOutputValue>>

/** Its end is a column, since a code that is redeemed moves it. */
const toGrant = (row: Row | undefined): Grant | undefined =>
  row && { ...(JSON.parse(String(row['body'])) as Grant), expiresAt: Number(row['expires_at']) }

const toCode = (row: Row | undefined): Code | undefined => row && (JSON.parse(String(row['body'])) as Code)
