import { DatabaseSync } from 'node:sqlite'
import type { AuditHead } from '../../audit/index.ts'
import { schemaVersion } from '../schema-version.ts'
import { AUDIT_SCHEMA } from './sqlite-schema.ts'
import { toHead, toTenant } from './sqlite-store.ts'

/**
 * Reads a file of `sqliteAudit` while others may write to it.
 *
 * @throws Error, when it is read, for a file of another kind or of a newer version.
 */
export function readSqliteAudit(path: string): {
  readonly lines: () => Iterable<string>
  readonly heads: () => ReadonlyMap<string, AuditHead>
} {
  const read = function* (query: string) {
    const database = new DatabaseSync(path, { readOnly: true })
    try {
      schemaVersion(database, path, AUDIT_SCHEMA)
      yield* database.prepare(query).iterate()
    } finally {
      database.close()
    }
  }
  return {
    lines: function* () {
      for (const row of read('SELECT body FROM audit ORDER BY at')) yield String(row['body'])
    },
    heads: () => new Map([...read('SELECT * FROM audit_heads')].map((row) => [toTenant(row['tenant']), toHead(row)])),
  }
}
