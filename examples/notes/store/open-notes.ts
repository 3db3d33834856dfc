import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { createSqlNotes, type SqlNotes } from './sql-notes.ts'

/** The notes of everybody, in one file. */
export type OpenNotes = SqlNotes & Disposable

/**
 * Opens a file of notes, and makes it when it is not there.
 *
 * @example
 * using store = openNotes('notes.db')
 * store.search('local', 'tide', 10)
 */
export function openNotes(path: string): OpenNotes {
  // What people write down is not for the others of the machine.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, { timeout: 5_000 })
  database.exec('PRAGMA journal_mode = WAL')
  const prepared = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const statement = prepared.get(sql) ?? database.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
  const notes = createSqlNotes(
    (sql, ...values) => prepare(sql).all(...values),
    (sql) => database.exec(sql),
  )
  return { ...notes, [Symbol.dispose]: () => database.close() }
}
