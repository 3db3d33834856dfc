import { setTimeout as sleep } from 'node:timers/promises'
import { closeSync, openSync } from 'node:fs'

/** Milliseconds between two looks, and until it is given up. */
const PAUSE = 25
const PATIENCE = 11 * 60_000
const SQLITE_BUSY = 5

/**
 * Runs work while no other process and nobody else in this one holds the file. The lock ends with the process that holds it, for it is
 * that of a transaction.
 *
 * @see https://nodejs.org/api/sqlite.html, which Node has without a flag since 22.13
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  // Loaded for those who sign in, which most processes that could do not.
  const { DatabaseSync } = await import('node:sqlite')
  closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    const end = Date.now() + PATIENCE
    for (;;) {
      try {
        database.exec('BEGIN EXCLUSIVE')
        break
      } catch (error) {
        if (!isBusy(error) || Date.now() > end) throw error
        await sleep(PAUSE)
      }
    }
    return await work()
  } finally {
    database.close()
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
