import type { VaultStore } from '../../vault/index.ts'
import { hash } from '../hash.ts'
import { openObjects } from '../objects.ts'
import type { VaultMethods } from './vault-role.ts'

/** Where credentials are kept. */
export interface DurableVaultOptions {
  /** The binding of `HawserObject`. */
  readonly binding: string
}

/** Objects among which credentials are spread, each of which holds 100 000. It never changes: what was put in has to be found. */
const SHARDS = 16

/**
 * Keeps sealed credentials for all instances of a Worker: of those that want to renew the same, one does.
 *
 * @throws TypeError when there is no such binding, with the lines that make one.
 * @example const accounts = createVault({ store: durableVault({ binding: 'HAWSER' }), secret, services: { github: { renew } } })
 */
export function durableVault({ binding }: DurableVaultOptions): VaultStore {
  const objects = openObjects<VaultMethods>(binding, 'vault', 'durableVault', [
    'read',
    'release',
    'remove',
    'removeOwner',
  ])
  const shardOf = (id: string): string => `${hash(id) % SHARDS}`
  return {
    read: (id) => objects.call(shardOf(id), 'read', id),
    put: (credentials) => objects.call(shardOf(credentials.id), 'put', credentials),
    replace: (credentials) => objects.call(shardOf(credentials.id), 'replace', credentials),
    claim: (id, version, until) => objects.call(shardOf(id), 'claim', id, version, until),
    release: (id, version) => objects.call(shardOf(id), 'release', id, version),
    remove: (id) => objects.call(shardOf(id), 'remove', id),
    // Credentials of one owner are named apart from each other, so they may be anywhere.
    removeOwner: async (owner) => {
      await Promise.all(Array.from({ length: SHARDS }, (_, shard) => objects.call(`${shard}`, 'removeOwner', owner)))
    },
  }
}
