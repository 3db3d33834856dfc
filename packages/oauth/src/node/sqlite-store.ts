import { checkMaxEntries } from '../max-entries.ts'
import { VERSIONS } from '../sql/schema.ts'
import { createSqlStore } from '../sql/sql-store.ts'
import type { GrantStore } from '../store.ts'
import { openDatabase } from './open-database.ts'
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

const SCHEMA: Schema = {
  kind: 'the grants of an authorization server',
  applicationId: 0x68_77_67_72,
  versions: VERSIONS,
}

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
  checkMaxEntries(maxEntries)
  const database = openDatabase(path, SCHEMA)
  const { close } = database
  return {
    isLasting: path !== ':memory:',
    ...createSqlStore(database, maxEntries),
    close,
    [Symbol.dispose]: close,
  }
}
