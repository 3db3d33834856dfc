import { type AuditKeeping, type ClosableAudit, createKeeper } from './keeper.ts'
import { createSqliteStore, type SqlitePlace } from './sqlite-store.ts'

/** An audit log in a SQLite file. */
export interface SqliteAudit extends ClosableAudit {
  /** Deletes what is older, for keeping no longer than one may; what is left begins later than at 1. Resolves to how many. */
  readonly forget: (before: Date) => Promise<number>
}

/**
 * Keeps an audit log in a SQLite file, where several processes of one machine may write: each record is linked while nobody else
 * writes, and is on the disk before anybody is told.
 *
 * @param path The file; its folder must exist. Only its owner may read it. It is opened by the first record.
 * @example
 * const server = notes.server({ tools: { search }, use: [audit({ sink: sqliteAudit('audit.db'), key: process.env.AUDIT_KEY })] })
 */
export function sqliteAudit(path: string, options: AuditKeeping = {}): SqliteAudit {
  const place: SqlitePlace = { kind: 'sqlite', path }
  // What is in memory is in that of one connection.
  const thread = path === ':memory:' ? false : options.thread
  const keeper = createKeeper(place, createSqliteStore(place), { ...options, thread })
  return { ...keeper.sink, forget: keeper.forget }
}
