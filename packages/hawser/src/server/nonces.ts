import type { Sync } from './definitions.ts'

/** Notes what has been used, so that it is of no use again. */
export interface Nonces {
  /**
   * True for the first who uses a value. It may be forgotten after `until`, in milliseconds since 1970. Atomic, and durable when it
   * returns or resolves.
   */
  readonly use: (value: string, until: number) => Sync<boolean>
}

/** `Nonces` within one process. When there is no room, the value is forgotten that was used first. */
export function memoryNonces({ maxValues = 100_000 }: { readonly maxValues?: number | undefined } = {}): Nonces {
  const used = new Map<string, number>()
  return {
    use: (value, until) => {
      const now = Date.now()
      if ((used.get(value) ?? 0) > now) return false
      // Most live equally long, so that those which are over stand at the front.
      for (const [old, end] of used) {
        if (end > now && used.size < maxValues) break
        used.delete(old)
      }
      used.set(value, until)
      return true
    },
  }
}
