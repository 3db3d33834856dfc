/** Values that are believed for a while, by one isolate; the oldest go when there are many. */
export interface Cached<V> {
  readonly get: (key: string, now: number) => V | undefined
  readonly set: (key: string, value: V, until: number) => void
  readonly remove: (key: string) => void
}

const MAX_ENTRIES = 10_000

export function createCached<V>(): Cached<V> {
  const entries = new Map<string, { readonly value: V; readonly until: number }>()
  return {
    get: (key, now) => {
      const found = entries.get(key)
      if (!found) return undefined
      if (found.until > now) return found.value
      entries.delete(key)
      return undefined
    },
    set: (key, value, until) => {
      entries.delete(key)
      const [oldest] = entries.keys()
      if (entries.size >= MAX_ENTRIES && oldest !== undefined) entries.delete(oldest)
      entries.set(key, { value, until })
    },
    remove: (key) => void entries.delete(key),
  }
}
