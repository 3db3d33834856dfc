import type { StoredCredentials, VaultStore } from './store.ts'

/**
 * Keeps sealed credentials in the memory of this process.
 *
 * @throws RangeError for a bound below 1.
 * @example const accounts = createVault({ store: memoryVault(), secret, services: { github: {} } })
 */
export function memoryVault({
  maxCredentials = 10_000,
}: { readonly maxCredentials?: number | undefined } = {}): VaultStore {
  if (!(maxCredentials >= 1)) throw new RangeError(`maxCredentials must be at least 1; it is ${maxCredentials}.`)
  const all = new Map<string, StoredCredentials & { readonly claimedUntil: number }>()
  const read = (id: string) => {
    const found = all.get(id)
    return found !== undefined && found.keptUntil > Date.now() ? found : undefined
  }
  const forgetExpired = (): void => {
    const now = Date.now()
    for (const [id, { keptUntil }] of all) if (keptUntil <= now) all.delete(id)
  }
  return {
    read: (id) => {
      const found = read(id)
      if (found === undefined) return undefined
      const { claimedUntil: _, ...stored } = found
      return stored
    },
    put: (credentials) => {
      const { id } = credentials
      forgetExpired()
      if (!all.has(id) && all.size >= maxCredentials) return false
      all.set(id, { ...credentials, version: (all.get(id)?.version ?? Date.now()) + 1, claimedUntil: 0 })
      return true
    },
    replace: (credentials) => {
      if (read(credentials.id)?.version !== credentials.version - 1) return false
      all.set(credentials.id, { ...credentials, claimedUntil: 0 })
      return true
    },
    claim: (id, version, until) => {
      const found = read(id)
      if (found?.version !== version || found.claimedUntil > Date.now()) return false
      all.set(id, { ...found, claimedUntil: until })
      return true
    },
    release: (id, version) => {
      const found = read(id)
      if (found?.version === version) all.set(id, { ...found, claimedUntil: 0 })
    },
    remove: (id) => void all.delete(id),
    removeOwner: (owner) => {
      for (const [id, one] of all) if (one.owner === owner) all.delete(id)
    },
  }
}
