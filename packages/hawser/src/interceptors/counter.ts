/** Counts by key; a key of which there is none takes no memory. */
export interface Counter {
  readonly total: () => number
  readonly of: (key: string) => number
  readonly add: (key: string, change: number) => void
}

export function createCounter(): Counter {
  const counts = new Map<string, number>()
  let total = 0
  return {
    total: () => total,
    of: (key) => counts.get(key) ?? 0,
    add: (key, change) => {
      total += change
      const count = (counts.get(key) ?? 0) + change
      if (count > 0) counts.set(key, count)
      else counts.delete(key)
    },
  }
}
