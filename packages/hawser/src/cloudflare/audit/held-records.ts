import type { AuditHead } from '../../audit/index.ts'
import type { Sql } from '../../call/index.ts'

/** Where the chains of a log end, what has come, lines that are not in the bucket yet, and the object that is being made of some. */
export const AUDIT_VERSIONS = [
  `CREATE TABLE audit_heads (tenant TEXT PRIMARY KEY, head TEXT NOT NULL, in_bucket TEXT) STRICT, WITHOUT ROWID;
   CREATE TABLE audit_taken (day INTEGER, id TEXT, PRIMARY KEY (day, id)) STRICT, WITHOUT ROWID;
   CREATE TABLE audit_parts (
     at INTEGER PRIMARY KEY AUTOINCREMENT,
     due INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     heads TEXT NOT NULL,
     lines TEXT NOT NULL
   ) STRICT;
   CREATE TABLE audit_object (one INTEGER PRIMARY KEY, number INTEGER NOT NULL, at INTEGER NOT NULL, up_to INTEGER) STRICT;`,
]

/** Tells a message from all others. */
export interface MessageId {
  /** When it was made, in milliseconds since 1970. */
  readonly at: number
  readonly id: string
}

export type Heads = ReadonlyMap<string, AuditHead>

/** Lines, in the order of their chains, and where these end with them. */
export interface Part {
  readonly lines: string
  readonly heads: Heads
}

/** What one object of the bucket is made of, the same however often it is tried. */
export interface Draft {
  /** Counts the objects of a log. */
  readonly number: number
  /** Milliseconds since 1970, never less than that of the one before. */
  readonly at: number
  /** The last part that belongs to it. */
  readonly upTo: number
}

const DAY = 86_400_000
/** Days for which it is known what has come: a Queue keeps messages for 14 at most. */
const KNOWN_DAYS = 15
/** Rows that are forgotten at once. */
const MANY = 5_000
/** Bytes of one object, unless a single part has more. */
const OBJECT_BYTES = 4_194_304

const dayOf = (at: number): number => Math.floor(at / DAY)
/** A half of a character, which names may have, is no text to SQLite; in JSON it is written out. */
const toColumn = (tenant: string): string => JSON.stringify(tenant)
const toText = (heads: Heads): string => JSON.stringify([...heads])
const toHeads = (text: unknown): Heads => new Map(JSON.parse(String(text)) as readonly (readonly [string, AuditHead])[])

/** What the object of a log has stored. */
export type HeldRecords = ReturnType<typeof openHeldRecords>

export function openHeldRecords({ all, transaction }: Sql) {
  const sumBytes = (upTo: number): number =>
    Number(all('SELECT sum(bytes) AS n FROM audit_parts WHERE at <= ?', upTo)[0]?.['n'] ?? 0)
  let bytes = sumBytes(Number.MAX_SAFE_INTEGER)
  let tenants = Number(all('SELECT count(*) AS n FROM audit_heads')[0]?.['n'])

  const readDraft = (): Draft | undefined => {
    const [row] = all('SELECT number, at, up_to FROM audit_object WHERE up_to IS NOT NULL')
    return row && { number: Number(row['number']), at: Number(row['at']), upTo: Number(row['up_to']) }
  }
  const firstDue = (): number | undefined => {
    const due = all('SELECT due FROM audit_parts ORDER BY at LIMIT 1')[0]?.['due']
    return typeof due === 'number' ? due : undefined
  }
  /** When the next object is to be made. */
  const dueAt = (): number | undefined => (bytes >= OBJECT_BYTES || readDraft() !== undefined ? 0 : firstDue())
  const setHead = (tenant: string, head: AuditHead, column: 'head' | 'in_bucket'): void => {
    const set = `INSERT INTO audit_heads (tenant, head, in_bucket) VALUES (?1, ?2, ?3)
      ON CONFLICT (tenant) DO UPDATE SET ${column} = excluded.${column}`
    all(set, toColumn(tenant), JSON.stringify(head), column === 'head' ? null : JSON.stringify(head))
  }

  const headOf = (tenant: string): AuditHead | undefined => {
    const [row] = all('SELECT head FROM audit_heads WHERE tenant = ?', toColumn(tenant))
    return row && (JSON.parse(String(row['head'])) as AuditHead)
  }

  return {
    bytes: () => bytes,
    tenants: () => tenants,
    dueAt,
    isTaken: ({ at, id }: MessageId): boolean =>
      all('SELECT 1 FROM audit_taken WHERE day = ? AND id = ?', dayOf(at), id).length > 0,
    /** Whether a message is so old that nobody knows whether it has come. */
    isTooOld: ({ at }: MessageId, now: number): boolean => dayOf(at) < dayOf(now) - KNOWN_DAYS,
    headOf,
    /** Goes on behind the ends that are noted in a bucket. */
    goOnBehind: (heads: Heads): void => {
      transaction(() => {
        for (const [tenant, head] of heads) setHead(tenant, head, 'in_bucket')
      })
      tenants = heads.size
    },
    /** Stores lines with the note of what they came in: all of it, or nothing. */
    take: (messages: readonly MessageId[], parts: readonly Part[], due: number): void => {
      const heads = new Map(parts.flatMap((part) => [...part.heads]))
      const added = [...heads.keys()].filter((tenant) => headOf(tenant) === undefined).length
      const sizes = parts.map(({ lines }) => new TextEncoder().encode(lines).length)
      transaction(() => {
        for (const { at, id } of messages) all('INSERT INTO audit_taken VALUES (?, ?)', dayOf(at), id)
        for (const [at, part] of parts.entries()) {
          const insert = 'INSERT INTO audit_parts (due, bytes, heads, lines) VALUES (?, ?, ?, ?)'
          all(insert, due, sizes[at]!, toText(part.heads), part.lines)
        }
        for (const [tenant, head] of heads) setHead(tenant, head, 'head')
      })
      bytes += sizes.reduce((sum, size) => sum + size, 0)
      tenants += added
    },

    readDraft,
    /** Settles what the next object is made of, if one is due. */
    beginDraft: (now: number): Draft | undefined => {
      if ((dueAt() ?? Infinity) > now) return undefined
      let [upTo, sum] = [0, 0]
      for (const row of all('SELECT at, bytes FROM audit_parts ORDER BY at LIMIT 1000')) {
        sum += Number(row['bytes'])
        if (upTo > 0 && sum > OBJECT_BYTES) break
        upTo = Number(row['at'])
      }
      if (upTo === 0) return undefined
      const [row] = all('SELECT number, at FROM audit_object')
      const draft: Draft = {
        number: Number(row?.['number'] ?? 0) + 1,
        at: Math.max(now, Number(row?.['at'] ?? 0)),
        upTo,
      }
      all('REPLACE INTO audit_object VALUES (1, ?, ?, ?)', draft.number, draft.at, draft.upTo)
      return draft
    },
    readParts: ({ upTo }: Draft): readonly Part[] =>
      all('SELECT heads, lines FROM audit_parts WHERE at <= ? ORDER BY at', upTo).map((row) => ({
        lines: String(row['lines']),
        heads: toHeads(row['heads']),
      })),
    /** Where the chains of the bucket end. */
    headsInBucket: (): Heads =>
      new Map(
        all('SELECT tenant, in_bucket FROM audit_heads WHERE in_bucket IS NOT NULL').map((row) => [
          String(JSON.parse(String(row['tenant']))),
          JSON.parse(String(row['in_bucket'])) as AuditHead,
        ]),
      ),
    /** What a draft was made of is in the bucket. */
    endDraft: ({ upTo }: Draft, heads: Heads): void => {
      const size = sumBytes(upTo)
      transaction(() => {
        all('DELETE FROM audit_parts WHERE at <= ?', upTo)
        all('UPDATE audit_object SET up_to = NULL')
        for (const [tenant, head] of heads) setHead(tenant, head, 'in_bucket')
      })
      bytes -= size
    },

    /** Forgets some of what came so long ago that it does not come again. */
    forget: (now: number): void => {
      const old = 'SELECT day, id FROM audit_taken WHERE day < ? LIMIT ?'
      all(`DELETE FROM audit_taken WHERE (day, id) IN (${old})`, dayOf(now) - KNOWN_DAYS, MANY)
    },
    forgetAt: (): number | undefined => {
      const day = all('SELECT min(day) AS day FROM audit_taken')[0]?.['day']
      return typeof day === 'number' ? (day + KNOWN_DAYS + 1) * DAY : undefined
    },
  }
}
