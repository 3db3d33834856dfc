import { decodeDeparture } from '../../auth/client/departure.ts'
import { registrationKey } from '../../auth/client/identify-client.ts'
import type { CredentialStore } from '../../auth/client/store.ts'
import type { Sql } from '../../call/index.ts'
import type { Sealer } from '../../vault/seal.ts'
import type { Objects } from '../objects.ts'
import type { RoleMethods, RunningRole } from '../role.ts'
import { eraseSecret, keepSecret } from './sealed-store.ts'

/** The object of what this application is registered as, which no owner has: theirs are called by digests. */
const NAME = 'registrations'
export const REGISTRATIONS = `clients:${NAME}`

/** The registration that a visit was made with; nothing for a visit that was begun by another version. */
export function registrationOf(visit: string): string | undefined {
  try {
    const { found, redirectUri } = decodeDeparture(visit)
    return registrationKey(found.issuer, redirectUri)
  } catch {
    return undefined
  }
}

/** Texts that are sealed where they come from. */
export interface RegistrationMethods extends RoleMethods {
  readonly recall: (key: string) => string | undefined
  readonly note: (key: string, sealed: string) => void
  readonly erase: (key: string) => void
}

export function playRegistrations({ all }: Sql): RunningRole {
  const methods: RegistrationMethods = {
    recall: (key) => {
      const sealed = all('SELECT sealed FROM secrets WHERE key = ?', key)[0]?.['sealed']
      return typeof sealed === 'string' ? sealed : undefined
    },
    note: (key, sealed) => keepSecret({ all }, key, sealed),
    erase: (key) => eraseSecret({ all }, key),
  }
  return { methods }
}

/** Keeps registrations for all owners, so that an issuer does not get one for each of them. */
export const openRegistrations = (
  objects: Objects<RegistrationMethods>,
  sealer: Sealer,
): Pick<CredentialStore, 'get' | 'set' | 'delete'> => ({
  get: async (key) => {
    const sealed = await objects.call(NAME, 'recall', key)
    return sealed === undefined ? undefined : sealer.open(sealed, REGISTRATIONS, key)
  },
  set: async (key, value) => objects.call(NAME, 'note', key, await sealer.seal(value, REGISTRATIONS, key)),
  delete: (key) => objects.call(NAME, 'erase', key),
})
