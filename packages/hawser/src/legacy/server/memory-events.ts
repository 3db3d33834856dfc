import type { EventStore, KeptEvent } from '../../http/index.ts'

export interface MemoryEventsOptions {
  /** Most UTF-16 units of all messages that are kept; 8 Mi by default. */
  readonly maxLength?: number
  /** Milliseconds after its last event that a stream is kept; 5 minutes by default. */
  readonly maxAgeMs?: number
  readonly now?: () => number
}

interface Kept {
  readonly session: string
  readonly events: KeptEvent[]
  length: number
  lastEvent: number
}

/** What an event takes besides its text, roughly. (UTF-16 units) */
const OVERHEAD = 64

/** Events of one process, bounded together: the stream that has been silent for longest goes first. */
export function createMemoryEvents({
  maxLength = 8 * 1024 * 1024,
  maxAgeMs = 5 * 60_000,
  now = Date.now,
}: MemoryEventsOptions = {}): EventStore {
  /** In the order of their last events. */
  const streams = new Map<string, Kept>()
  const bySession = new Map<string, Set<string>>()
  let total = 0

  const drop = (key: string, kept: Kept): void => {
    streams.delete(key)
    total -= kept.length
    const keys = bySession.get(kept.session)
    keys?.delete(key)
    if (keys?.size === 0) bySession.delete(kept.session)
  }

  const makeRoom = (): void => {
    const oldest = now() - maxAgeMs
    for (const [key, kept] of streams) {
      if (total <= maxLength && kept.lastEvent >= oldest) return
      drop(key, kept)
    }
  }

  const open = (session: string, key: string): Kept => {
    const keys = bySession.get(session) ?? new Set()
    bySession.set(session, keys.add(key))
    return { session, events: [], length: 0, lastEvent: 0 }
  }

  return {
    append: (session, stream, event) => {
      const key = `${session} ${stream}`
      const kept = streams.get(key) ?? open(session, key)
      const length = event.message.length + OVERHEAD
      kept.events.push(event)
      kept.length += length
      kept.lastEvent = now()
      total += length
      streams.delete(key)
      streams.set(key, kept)
      makeRoom()
    },
    readAfter: (session, stream, sequence) => {
      makeRoom()
      const { events } = streams.get(`${session} ${stream}`) ?? { events: [] }
      return events.filter((event) => event.sequence > sequence)
    },
    forget: (session) => {
      for (const key of bySession.get(session) ?? []) drop(key, streams.get(key)!)
    },
  }
}
