import { type CredentialStore, memoryCredentials } from '../../auth/client/store.ts'
import type { Sql } from '../../call/index.ts'
import type { Sealer } from '../../vault/seal.ts'

export const SECRETS_VERSION = `
  CREATE TABLE secrets (key TEXT PRIMARY KEY, sealed TEXT NOT NULL, kept_since INTEGER NOT NULL) STRICT;
`

/** Secrets that one object holds: tokens and a registration for each server, or registrations with issuers. */
const MAX_SECRETS = 1_000

/**
 * Milliseconds for which a registration is not given up, whoever says that it led to nothing: otherwise an owner could have this application
 * registered again and again, until an issuer has had enough of it.
 */
const DAY = 86_400_000

/** Whether it is how an issuer knows this application, rather than one of its owners. */
export const isRegistration = (key: string): boolean => key.startsWith('client ')

export function eraseSecret({ all }: Pick<Sql, 'all'>, key: string): void {
  const until = Date.now() - (isRegistration(key) ? DAY : 0)
  all('DELETE FROM secrets WHERE key = ? AND kept_since <= ?', key, until)
}

/** Of too many, the oldest are forgotten. */
export function keepSecret({ all }: Pick<Sql, 'all'>, key: string, sealed: string): void {
  all('REPLACE INTO secrets VALUES (?, ?, ?)', key, sealed, Date.now())
  all(
    'DELETE FROM secrets WHERE rowid <= (SELECT rowid FROM secrets ORDER BY rowid DESC LIMIT 1 OFFSET ?)',
    MAX_SECRETS,
  )
}

/**
 * Keeps what signing in yields, sealed for one owner. There is one object of an owner, so that a lock in its memory is enough.
 *
 * @param owner Nobody else's can be opened, also by whoever puts the rows of one object into another.
 */
export function openSealedStore({ all }: Sql, sealer: Sealer, owner: string): CredentialStore {
  const { lock } = memoryCredentials()
  return {
    lock,
    get: async (key) => {
      const sealed = all('SELECT sealed FROM secrets WHERE key = ?', key)[0]?.['sealed']
      return typeof sealed === 'string' ? sealer.open(sealed, owner, key) : undefined
    },
    set: async (key, value) => {
      keepSecret({ all }, key, await sealer.seal(value, owner, key))
    },
    delete: async (key) => eraseSecret({ all }, key),
  }
}
