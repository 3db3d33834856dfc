import type { VaultStore } from '../vault/index.ts'
import { createSqlVault, VAULT_VERSIONS } from '../vault/sql-vault.ts'
import type { Schema } from './schema-version.ts'
import { createSqlFile } from './sql-file.ts'

/** Sealed credentials in a file. */
export interface SqliteVault extends VaultStore, Disposable {
  /** Closes the file, which the next use opens again. */
  readonly close: () => void
}

const SCHEMA: Schema = { kind: 'sealed credentials', applicationId: 0x68_77_76_61, versions: VAULT_VERSIONS }

/**
 * Keeps sealed credentials in a SQLite file, which processes of one machine may share: of those that want to renew the same, one does.
 *
 * @param path The file; its folder must exist. Only its owner may read it.
 * @throws RangeError for a bound below 1. Its methods throw the errors of `node:sqlite`.
 * @example const accounts = createVault({ store: sqliteVault('vault.db'), secret, services: { github: { renew } } })
 */
export function sqliteVault(
  path: string,
  { maxCredentials = 1_000_000 }: { readonly maxCredentials?: number | undefined } = {},
): SqliteVault {
  if (!(maxCredentials >= 1)) throw new RangeError(`maxCredentials must be at least 1; it is ${maxCredentials}.`)
  const { open, close } = createSqlFile(path, SCHEMA)
  return { ...createSqlVault(open, maxCredentials), close, [Symbol.dispose]: close }
}
