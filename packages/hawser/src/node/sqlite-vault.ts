import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { VaultStore } from '../vault/index.ts'
import { inTransaction, openOnUse, openSqlite } from './open-sqlite.ts'
import type { Schema } from './schema-version.ts'

/** Sealed credentials in a file. */
export interface SqliteVault extends VaultStore, Disposable {
  /** Closes the file, which the next use opens again. */
  readonly close: () => void
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS vault (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    version INTEGER NOT NULL,
    kept_until INTEGER NOT NULL,
    claimed_until INTEGER NOT NULL,
    sealed TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS vault_by_owner ON vault (owner);
  CREATE INDEX IF NOT EXISTS vault_by_age ON vault (kept_until);
`

const SCHEMA: Schema = { kind: 'sealed credentials', applicationId: 0x68_77_76_61, versions: [TABLES] }

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
  const { open, close } = openOnUse(() => openFile(path))
  return {
    read: (id) => {
      const row = open().read.get(id, Date.now())
      if (row === undefined) return undefined
      const [owner, sealed] = [String(row['owner']), String(row['sealed'])]
      return { id, owner, version: Number(row['version']), keptUntil: Number(row['kept_until']), sealed }
    },
    put: ({ id, owner, keptUntil, sealed }) => {
      const { database, forget, has, total, put } = open()
      return inTransaction(database, () => {
        forget.run(Date.now())
        if (has.get(id) === undefined && Number(total.get()?.['n']) >= maxCredentials) return false
        put.run(id, owner, Date.now() + 1, keptUntil, sealed)
        return true
      })
    },
    replace: ({ id, owner, version, keptUntil, sealed }) =>
      open().replace.run(owner, version, keptUntil, sealed, id, version - 1, Date.now()).changes === 1,
    claim: (id, version, until) => open().claim.run(until, id, version, Date.now(), Date.now()).changes === 1,
    release: (id, version) => void open().release.run(id, version),
    remove: (id) => void open().remove.run(id),
    removeOwner: (owner) => void open().removeOwner.run(owner),
    close,
    [Symbol.dispose]: close,
  }
}

type Opened = { readonly database: DatabaseSync } & Readonly<
  Record<
    'forget' | 'has' | 'total' | 'put' | 'read' | 'replace' | 'claim' | 'release' | 'remove' | 'removeOwner',
    StatementSync
  >
>

function openFile(path: string): Opened {
  const database = openSqlite(path, SCHEMA)
  const set = 'UPDATE vault SET claimed_until ='
  return {
    database,
    forget: database.prepare('DELETE FROM vault WHERE kept_until <= ?'),
    has: database.prepare('SELECT 1 FROM vault WHERE id = ?'),
    total: database.prepare('SELECT count(*) AS n FROM vault'),
    put: database.prepare(
      `INSERT INTO vault (id, owner, version, kept_until, claimed_until, sealed) VALUES (?, ?, ?, ?, 0, ?) ON CONFLICT (id) DO UPDATE
      SET owner = excluded.owner, version = version + 1, kept_until = excluded.kept_until, claimed_until = 0, sealed = excluded.sealed`,
    ),
    read: database.prepare('SELECT * FROM vault WHERE id = ? AND kept_until > ?'),
    replace: database.prepare(
      `UPDATE vault SET owner = ?, version = ?, kept_until = ?, claimed_until = 0, sealed = ? WHERE id = ? AND version = ? AND kept_until > ?`,
    ),
    claim: database.prepare(`${set} ? WHERE id = ? AND version = ? AND claimed_until <= ? AND kept_until > ?`),
    release: database.prepare(`${set} 0 WHERE id = ? AND version = ?`),
    remove: database.prepare('DELETE FROM vault WHERE id = ?'),
    removeOwner: database.prepare('DELETE FROM vault WHERE owner = ?'),
  }
}
