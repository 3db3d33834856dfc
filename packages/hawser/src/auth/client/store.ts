/**
 * Keeps what signing in yields, as text that is secret. Every method is atomic; `lock` holds across processes where the store
 * is shared by them.
 *
 * @example const store: CredentialStore = memoryCredentials()
 */
export interface CredentialStore {
  readonly get: (key: string) => Promise<string | undefined>
  /** Resolves when the value is safe. */
  readonly set: (key: string, value: string) => Promise<void>
  readonly delete: (key: string) => Promise<void>
  /** Runs work while nobody else holds the key; work may lock another key, but never the same. */
  readonly lock: <T>(key: string, work: () => Promise<T>) => Promise<T>
}

const MAX_ENTRIES = 1000

/**
 * Keeps credentials as long as the process lives; of more than 1000, the oldest are forgotten.
 *
 * @example signIn({ store: memoryCredentials(), … })
 */
export function memoryCredentials(): CredentialStore {
  const entries = new Map<string, string>()
  const waiting = new Map<string, Promise<unknown>>()
  return {
    get: async (key) => entries.get(key),
    set: async (key, value) => {
      entries.delete(key)
      for (const oldest of entries.keys()) {
        if (entries.size < MAX_ENTRIES) break
        entries.delete(oldest)
      }
      entries.set(key, value)
    },
    delete: async (key) => void entries.delete(key),
    lock: async (key, work) => {
      const before = waiting.get(key)
      const mine = (async () => {
        await before?.catch(() => {})
        return work()
      })()
      waiting.set(key, mine)
      try {
        return await mine
      } finally {
        if (waiting.get(key) === mine) waiting.delete(key)
      }
    },
  }
}
