import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { AuditEvent } from '../../audit/event.ts'
import type { AuditHead } from '../../audit/sink.ts'
import type { AuditStore } from './store.ts'
import { linkRecords } from './link-records.ts'
import { inTransaction, openOnUse, openSqlite } from '../open-sqlite.ts'
import { AUDIT_SCHEMA } from './sqlite-schema.ts'

/** Where the tables are kept. */
export interface SqlitePlace {
  readonly kind: 'sqlite'
  readonly path: string
}

/** Keeps records in tables of a file, in whatever thread this is called. */
export function createSqliteStore({ path }: SqlitePlace): AuditStore {
  const { open, close } = openOnUse(() => openFile(path))
  return {
    append: (batch) => {
      const { database, insert, setHead } = open()
      inTransaction(database, () => {
        const { heads } = linkRecords(
          batch,
          (tenant) => headOf(toColumn(tenant), open()),
          ({ tenant, seq, ts }, line) => insert.run(toColumn(tenant), seq, ts, line()),
        )
        for (const [tenant, { seq, hash, seal = null }] of heads) setHead.run(toColumn(tenant), seq, hash, seal)
      })
    },
    forget: (before) => Number(open().forget.run(new Date(before).toISOString()).changes),
    close,
  }
}

interface Opened {
  readonly database: DatabaseSync
  readonly head: StatementSync
  readonly last: StatementSync
  readonly insert: StatementSync
  readonly setHead: StatementSync
  readonly forget: StatementSync
}

function openFile(path: string): Opened {
  const database = openSqlite(path, AUDIT_SCHEMA)
  return {
    database,
    head: database.prepare('SELECT seq, hash, seal FROM audit_heads WHERE tenant = ?'),
    last: database.prepare('SELECT body FROM audit WHERE tenant = ? ORDER BY seq DESC LIMIT 1'),
    insert: database.prepare('INSERT INTO audit (tenant, seq, ts, body) VALUES (?, ?, ?, ?)'),
    setHead: database.prepare('INSERT OR REPLACE INTO audit_heads VALUES (?, ?, ?, ?)'),
    forget: database.prepare('DELETE FROM audit WHERE ts < ?'),
  }
}

/**
 * A name as SQLite can keep it: in UTF-8 half a character is any half, and two tenants would be one. What could be taken for a name in
 * quotation marks is put into them, too.
 */
function toColumn(tenant: string): string {
  return tenant.isWellFormed() && !tenant.startsWith('"') ? tenant : JSON.stringify(tenant)
}

/** The name that stands in a column. */
export function toTenant(column: unknown): string {
  const text = String(column)
  return text.startsWith('"') ? String(JSON.parse(text)) : text
}

/** Where a chain goes on: behind its last record, or, when that was taken away, where it had been, so that the gap shows for ever. */
function headOf(tenant: string, { head, last }: Opened): AuditHead | undefined {
  const [noted, kept] = [head.get(tenant), last.get(tenant)]
  const event = kept === undefined ? undefined : (JSON.parse(String(kept['body'])) as AuditEvent)
  if (noted === undefined) return event
  return event !== undefined && event.seq > Number(noted['seq']) ? event : toHead(noted)
}

export function toHead(row: Readonly<Record<string, unknown>>): AuditHead {
  const { seq, hash, seal } = row
  return { seq: Number(seq), hash: String(hash), ...(typeof seal === 'string' && { seal }) }
}
