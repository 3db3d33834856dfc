import type { Consent, StoredClient, StoredDocument } from '../store.ts'
import type { Transaction } from '../transaction.ts'
import type { Database } from './database.ts'
import { TABLES } from './schema.ts'

type Kind = keyof Values | 'once' | 'hit'

interface Values {
  readonly transaction: Transaction
  readonly client: StoredClient
  readonly consent: Consent
  readonly document: StoredDocument
}

/** How often a bucket was asked in the window that is open, and until when that is. */
export interface Hits {
  readonly count: number
  readonly endsAt: number
}

/** What is found by its key alone, and forgotten in time. Each method is one statement, or a part of the step that calls it. */
export interface Entries {
  /** For one more; `grants` count as a kind of their own. */
  readonly hasRoom: (kind: Kind | 'grants', now: number) => boolean
  /** Only when there is none that lives, and there is room. */
  readonly add: (kind: Kind, key: string, value: unknown, expiresAt: number, now: number) => boolean
  readonly read: <K extends keyof Values>(kind: K, key: string, now: number) => Values[K] | undefined
  readonly replace: (
    kind: Kind,
    value: { readonly key: string; readonly version: number; readonly expiresAt: number },
    now: number,
  ) => boolean
  readonly save: (kind: Kind, key: string, value: unknown, expiresAt: number, now: number) => void
  /** Forgets what ends first of a kind, until there are no more than so many. */
  readonly trim: (kind: Kind, most: number) => void
  readonly touch: (kind: Kind, key: string, expiresAt: number) => void
  readonly take: (kind: Kind, key: string, now: number) => boolean
  readonly count: (bucket: string, windowMs: number, now: number) => Hits
  readonly removeConsents: (userId: string, clientId: string | undefined) => void
  /** Forgets what has expired, in every table. */
  readonly purge: (now: number) => void
}

/** Milliseconds between two looks at what has expired. */
const PURGE_PAUSE = 1_000
/** Adding is cheap only while not every one counts what is there. */
const COUNTED_EVERY = 1_000

export function createEntries({ prepare }: Database, maxEntries: number): Entries {
  const read = prepare('SELECT body FROM entries WHERE kind = ? AND key = ? AND expires_at > ?')
  const dropExpired = prepare('DELETE FROM entries WHERE kind = ? AND key = ? AND expires_at <= ?')
  const insert = prepare('INSERT INTO entries VALUES (?, ?, 0, ?, ?) ON CONFLICT DO NOTHING RETURNING key')
  const replace = prepare(
    'UPDATE entries SET version = ?, expires_at = ?, body = ? WHERE kind = ? AND key = ? AND version = ? AND expires_at > ? RETURNING key',
  )
  const save = prepare(
    'INSERT INTO entries VALUES (?, ?, 0, ?, ?) ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body',
  )
  const trim = prepare(
    'DELETE FROM entries WHERE kind = ?1 AND key IN (SELECT key FROM entries WHERE kind = ?1 ORDER BY expires_at DESC LIMIT -1 OFFSET ?2)',
  )
  const touch = prepare(
    "UPDATE entries SET expires_at = ?1, body = json_set(body, '$.expiresAt', ?1) WHERE kind = ?2 AND key = ?3",
  )
  const take = prepare('DELETE FROM entries WHERE kind = ? AND key = ? AND expires_at > ? RETURNING key')
  const count = prepare(
    `INSERT INTO entries VALUES ('hit', ?1, 1, ?2, '') ON CONFLICT DO UPDATE SET
       version = CASE WHEN expires_at > ?3 THEN version + 1 ELSE 1 END,
       expires_at = CASE WHEN expires_at > ?3 THEN expires_at ELSE excluded.expires_at END
     RETURNING version, expires_at`,
  )
  const removeConsents = prepare(
    "DELETE FROM entries WHERE kind = 'consent' AND body ->> 'userId' = ?1 AND (?2 IS NULL OR body ->> 'clientId' = ?2)",
  )
  const purges = TABLES.map((table) => prepare(`DELETE FROM ${table} WHERE expires_at <= ?`))
  const countEntries = prepare('SELECT count(*) AS n FROM entries WHERE kind = ?')
  const countGrants = prepare('SELECT count(*) AS n FROM grants')
  const left = new Map<string, { readonly room: number; readonly countedAt: number }>()
  let purgedAt = -Infinity

  const purge = (now: number): void => {
    purgedAt = now
    for (const each of purges) each.run(now)
  }

  const hasRoom: Entries['hasRoom'] = (kind, now) => {
    if (Math.abs(now - purgedAt) >= PURGE_PAUSE) purge(now)
    const { room = 0, countedAt = -Infinity } = left.get(kind) ?? {}
    if (room > 0) {
      left.set(kind, { room: room - 1, countedAt })
      return true
    }
    // Counting takes a while where there is much: what was full a moment ago is not asked again.
    if (room < 0 && Math.abs(now - countedAt) < PURGE_PAUSE) return false
    const there = Number((kind === 'grants' ? countGrants.get() : countEntries.get(kind))?.['n'])
    const found = Math.min(maxEntries - there, COUNTED_EVERY)
    left.set(kind, { room: found > 0 ? found - 1 : -1, countedAt: now })
    return found > 0
  }

  return {
    hasRoom,
    purge,
    add: (kind, key, value, expiresAt, now) => {
      if (!hasRoom(kind, now)) return false
      dropExpired.run(kind, key, now)
      return insert.get(kind, key, expiresAt, JSON.stringify(value)) !== undefined
    },
    read: <K extends keyof Values>(kind: K, key: string, now: number) => {
      const row = read.get(kind, key, now)
      return row && (JSON.parse(String(row['body'])) as Values[K])
    },
    replace: (kind, value, now) => {
      const { key, version, expiresAt } = value
      return replace.get(version, expiresAt, JSON.stringify(value), kind, key, version - 1, now) !== undefined
    },
    save: (kind, key, value, expiresAt, now) => {
      if (hasRoom(kind, now)) save.run(kind, key, expiresAt, JSON.stringify(value))
    },
    trim: (kind, most) => void trim.run(kind, most),
    touch: (kind, key, expiresAt) => void touch.run(expiresAt, kind, key),
    take: (kind, key, now) => take.get(kind, key, now) !== undefined,
    count: (bucket, windowMs, now) => {
      const row = hasRoom('hit', now) ? count.get(bucket, now + windowMs, now) : undefined
      return row
        ? { count: Number(row['version']), endsAt: Number(row['expires_at']) }
        : { count: Infinity, endsAt: now }
    },
    removeConsents: (userId, clientId) => void removeConsents.run(userId, clientId ?? null),
  }
}
