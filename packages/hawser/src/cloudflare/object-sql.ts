import type { Sql } from '../call/index.ts'
import type { ObjectStorage, SqlValue } from './runtime.ts'

/** The storage of an object, for stores that are written in SQL. */
export function objectSql(storage: ObjectStorage): Sql {
  return {
    all: (statement, ...values: readonly SqlValue[]) => storage.sql.exec(statement, ...values).toArray(),
    transaction: (work) => storage.transactionSync(work),
  }
}
