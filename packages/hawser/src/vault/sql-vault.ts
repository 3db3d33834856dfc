import { createRoom, type Sql } from '../call/index.ts'
import type { StoredCredentials, VaultStore } from './store.ts'

/** SQL by version. One that was released is never edited; the first may run again. */
export const VAULT_VERSIONS: readonly string[] = [
  `
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
`,
]

const FORGET = 'DELETE FROM vault WHERE kept_until <= ?'
const PUT = `
  INSERT INTO vault (id, owner, version, kept_until, claimed_until, sealed) VALUES (?, ?, ?, ?, 0, ?) ON CONFLICT (id) DO UPDATE
  SET owner = excluded.owner, version = version + 1, kept_until = excluded.kept_until, claimed_until = 0, sealed = excluded.sealed`
const REPLACE = `
  UPDATE vault SET owner = ?, version = ?, kept_until = ?, claimed_until = 0, sealed = ?
  WHERE id = ? AND version = ? AND kept_until > ? RETURNING id`
const CLAIM = `
  UPDATE vault SET claimed_until = ? WHERE id = ? AND version = ? AND claimed_until <= ? AND kept_until > ? RETURNING id`

/** A `VaultStore` that answers at once. */
export interface SqlVault {
  readonly read: (id: string) => StoredCredentials | undefined
  readonly put: (credentials: Omit<StoredCredentials, 'version'>) => boolean
  readonly replace: (credentials: StoredCredentials) => boolean
  readonly claim: (id: string, version: number, until: number) => boolean
  readonly release: VaultStore['release']
  readonly remove: VaultStore['remove']
  readonly removeOwner: VaultStore['removeOwner']
}

/** Keeps sealed credentials in tables of `VAULT_VERSIONS`. */
export function createSqlVault(open: () => Sql, maxCredentials: number): SqlVault {
  const hasRoom = createRoom(() => Number(open().all('SELECT count(*) AS n FROM vault')[0]?.['n']), maxCredentials)
  return {
    read: (id) => {
      const [row] = open().all('SELECT * FROM vault WHERE id = ? AND kept_until > ?', id, Date.now())
      if (row === undefined) return undefined
      const [owner, sealed] = [String(row['owner']), String(row['sealed'])]
      return { id, owner, version: Number(row['version']), keptUntil: Number(row['kept_until']), sealed }
    },
    put: ({ id, owner, keptUntil, sealed }) => {
      const { all, transaction } = open()
      return transaction(() => {
        all(FORGET, Date.now())
        const isNew = all('SELECT 1 FROM vault WHERE id = ?', id).length === 0
        if (isNew && !hasRoom()) return false
        all(PUT, id, owner, Date.now() + 1, keptUntil, sealed)
        return true
      })
    },
    replace: ({ id, owner, version, keptUntil, sealed }) =>
      open().all(REPLACE, owner, version, keptUntil, sealed, id, version - 1, Date.now()).length === 1,
    claim: (id, version, until) => open().all(CLAIM, until, id, version, Date.now(), Date.now()).length === 1,
    release: (id, version) =>
      void open().all('UPDATE vault SET claimed_until = 0 WHERE id = ? AND version = ?', id, version),
    remove: (id) => void open().all('DELETE FROM vault WHERE id = ?', id),
    removeOwner: (owner) => void open().all('DELETE FROM vault WHERE owner = ?', owner),
  }
}
