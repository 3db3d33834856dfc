import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { upgrade, type Schema } from './schema-version.ts'

/** Milliseconds that a write waits for other processes. */
const BUSY_TIMEOUT = 5_000
const BUSY_PAUSE = 10
const SQLITE_BUSY = 5

/**
 * Opens a file that only its owner may read, brings its tables to their newest version, and has what is written on the disk before anybody is told.
 * Processes and threads of one machine may share it.
 *
 * @throws Error for a file of another kind or of a newer version, and the errors of `node:sqlite`.
 */
export function openSqlite(path: string, schema: Schema): DatabaseSync {
  if (path !== ':memory:') createFile(path)
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT })
  try {
    setJournal(database)
    database.exec('PRAGMA synchronous = FULL')
    inTransaction(database, () => upgrade(database, path, schema))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Opens with the first use, and anew with the first use after it was closed. */
export function openOnUse<Opened extends { readonly database: DatabaseSync }>(
  openFile: () => Opened,
): { readonly open: () => Opened; readonly close: () => void } {
  let opened: Opened | undefined
  return {
    open: () => (opened ??= openFile()),
    close: () => {
      opened?.database.close()
      opened = undefined
    },
  }
}

/** Does all of it, or nothing, while nobody else writes. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    undo(database)
    throw error
  }
}

/**
 * What is kept for one user is not for the others of the machine. A file that is there is not touched: closing it would
 * let go of the locks that another store of this process has on it.
 *
 * @see https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/**
 * A write-ahead log lets readers go on while somebody writes. SQLite waits for other processes with everything but this
 * switch, which two that open a new file make at the same time.
 */
function setJournal(database: DatabaseSync): void {
  const until = Date.now() + BUSY_TIMEOUT
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > until) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_PAUSE)
    }
  }
}

/** The lowest byte of a code is its kind. */
function isBusy(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' && (code & 0xff) === SQLITE_BUSY
}

/** A transaction that failed may be over already. */
function undo(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // There is nothing to undo.
  }
}
