import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { upgrade, type Schema } from './schema-version.ts'
import { createSteps, type Steps } from './steps.ts'

/** Milliseconds that a write waits for other processes. */
const BUSY_TIMEOUT = 5_000
const BUSY_PAUSE = 10
const SQLITE_BUSY = 5

/** An open file, and the steps in which it changes. */
export interface Database extends Steps {
  readonly prepare: (sql: string) => StatementSync
}

/**
 * A SQLite file that processes of one machine may share, readable by its owner alone, with its tables in their newest version.
 *
 * @throws Error for a file of another kind or of a newer version, and the errors of `node:sqlite`.
 */
export function openDatabase(path: string, schema: Schema): Database {
  if (path !== ':memory:') createFile(path)
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT })
  try {
    setJournal(database)
    const steps = createSteps(database)
    steps.step(() => upgrade(database, path, schema))
    return { ...steps, prepare: (sql) => database.prepare(sql) }
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * A file that is there is not touched: closing it would let go of the locks that another store of this process has on it.
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

/** SQLite waits for other processes with everything but this switch, which two that open a new file make at the same time. */
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
