import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Sql } from '../call/index.ts'
import type { Schema } from './schema-version.ts'
import { inTransaction, openOnUse, openSqlite } from './open-sqlite.ts'

/** A file with tables, opened with its first use. */
export interface SqlFile {
  readonly open: () => Sql
  /** Closes the file, which the next use opens again. */
  readonly close: () => void
}

export function createSqlFile(path: string, schema: Schema): SqlFile {
  const { open, close } = openOnUse(() => prepare(openSqlite(path, schema)))
  return { open, close }
}

/** Statements are prepared when they are first used. */
function prepare(database: DatabaseSync): Sql & { readonly database: DatabaseSync } {
  const statements = new Map<string, StatementSync>()
  const find = (statement: string): StatementSync => {
    const known = statements.get(statement)
    if (known !== undefined) return known
    const made = database.prepare(statement)
    statements.set(statement, made)
    return made
  }
  return {
    database,
    all: (statement, ...values) => find(statement).all(...values),
    transaction: (work) => inTransaction(database, work),
  }
}
