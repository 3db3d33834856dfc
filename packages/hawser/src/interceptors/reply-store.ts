/** A reply as it is kept: its JSON, so that nobody can change what the next one gets. */
export interface KeptReply {
  readonly text: string
  readonly method: string
  /** Of what was read, if it was a resource. */
  readonly uri: string | undefined
  /** Of what it lists, if it is a list. */
  readonly names: ReadonlySet<string>
  /** Where the list goes on, if it does. */
  readonly nextCursor: string | undefined
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
  readonly ttlMs: number
}

/** Replies by key; the one that was longest out of use goes first. */
export interface ReplyStore {
  readonly get: (key: string) => KeptReply | undefined
  readonly set: (key: string, reply: KeptReply) => void
  readonly some: (isWanted: (reply: KeptReply) => boolean) => boolean
  readonly delete: (key: string) => void
  readonly drop: (isStale: (reply: KeptReply) => boolean) => void
}

/** Bytes that a name takes in its set, beside its text. */
const NAME_BYTES = 48

/** Bytes of a key with its reply: strings take two for each UTF-16 unit at most. */
const sizeOf = (key: string, { text, names }: KeptReply): number =>
  2 * (key.length + text.length) + NAME_BYTES * names.size

export function createReplyStore(maxEntries: number, maxBytes: number): ReplyStore {
  const kept = new Map<string, KeptReply>()
  let bytes = 0

  const remove = (key: string): void => {
    const reply = kept.get(key)
    if (reply === undefined) return
    bytes -= sizeOf(key, reply)
    kept.delete(key)
  }

  return {
    get: (key) => {
      const reply = kept.get(key)
      if (reply === undefined) return undefined
      // A map remembers the order of insertion.
      kept.delete(key)
      kept.set(key, reply)
      return reply
    },
    set: (key, reply) => {
      remove(key)
      const size = sizeOf(key, reply)
      if (size > maxBytes) return
      kept.set(key, reply)
      bytes += size
      for (const oldest of kept.keys()) {
        if (kept.size <= maxEntries && bytes <= maxBytes) break
        remove(oldest)
      }
    },
    some: (isWanted) => {
      for (const reply of kept.values()) if (isWanted(reply)) return true
      return false
    },
    delete: remove,
    drop: (isStale) => {
      for (const [key, reply] of kept) if (isStale(reply)) remove(key)
    },
  }
}
