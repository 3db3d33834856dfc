import { createSqlVault, type SqlVault, VAULT_VERSIONS } from '../../vault/sql-vault.ts'
import { objectSql } from '../object-sql.ts'
import type { Role } from '../role.ts'

/** Credentials that one object holds. */
const MAX_CREDENTIALS = 100_000

/** What other instances ask of an object that holds credentials. */
export interface VaultMethods extends SqlVault {
  readonly [method: string]: (...args: never[]) => unknown
}

/** Holds sealed credentials, and who may renew them. It forgets them when nobody has used them for as long as they are kept. */
export const vaultRole: Role = {
  schema: VAULT_VERSIONS,
  start: ({ storage }) => {
    const sql = objectSql(storage)
    return {
      methods: { ...createSqlVault(() => sql, MAX_CREDENTIALS) },
      nextWake: () => {
        const first = sql.all('SELECT min(kept_until) AS at FROM vault')[0]?.['at']
        return typeof first === 'number' ? first : undefined
      },
      wake: (now) => void sql.all('DELETE FROM vault WHERE kept_until <= ?', now),
    }
  },
}
