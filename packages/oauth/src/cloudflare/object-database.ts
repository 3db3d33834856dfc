import type { Database } from '../sql/database.ts'
import type { ObjectStorage } from './runtime.ts'

/** The database of an object, which is the only one that writes to it. The runtime remembers statements by their text. */
export function objectDatabase(storage: ObjectStorage): Database {
  const { sql } = storage
  return {
    prepare: (query) => ({
      get: (...values) => sql.exec(query, ...values).toArray()[0],
      all: (...values) => sql.exec(query, ...values).toArray(),
      run: (...values) => void sql.exec(query, ...values),
    }),
    step: (run) => storage.transactionSync(run),
    // Nothing leaves an object before what it has written is kept.
    lasting: (run) => storage.transactionSync(run),
  }
}
