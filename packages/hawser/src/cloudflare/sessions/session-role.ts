import type { SessionKeeper } from '../../http/index.ts'
import type { Role } from '../role.ts'
import type { ObjectStorage } from '../runtime.ts'
import { findEndpoint } from './hosted-endpoints.ts'

/** Milliseconds without a request after which a session ends, unless a stream is open. */
const IDLE = 30 * 60_000
/** Milliseconds between two notes of when it was used, each of which is a row written. */
const NOTE = 60_000

const EVENTS = 'text/event-stream'

/**
 * Holds one session, `session:/mcp#<id>`: its streams, and what it takes to go on when the object has left the memory. The table is made
 * with the session, so that a session which nobody opened leaves nothing behind.
 */
export const sessionRole: Role = {
  schema: [],
  start: ({ id: { name = '' }, storage }, env) => {
    const [path = '', id = ''] = name.slice('session:'.length).split('#')
    const { create, options } = findEndpoint(path)
    const row = openRow(storage, options.idleMs ?? IDLE)
    const begin = (): ReturnType<typeof create> => create({ ...options, max: 1, createId: () => id, keeper: row })
    let handle = begin()
    let streams = 0
    /** Counts a stream for as long as somebody reads it. */
    const counted = (response: Response): Response => {
      if (response.body === null || response.headers.get('content-type') !== EVENTS) return response
      const { readable, writable } = new TransformStream()
      const leave = (): void => void streams--
      streams++
      response.body.pipeTo(writable).then(leave, leave)
      return new Response(readable, response)
    }
    return {
      fetch: async (request) => {
        row.touch()
        return counted(await handle(request, env))
      },
      nextWake: () => row.endsAt(),
      wake: (now) => {
        if (streams > 0) return row.touch()
        if ((row.endsAt() ?? Infinity) > now) return
        row.drop()
        // What is in memory is forgotten as well.
        handle = begin()
      },
    }
  },
}

interface Row extends SessionKeeper {
  /** Notes that the session is in use. */
  readonly touch: () => void
  readonly endsAt: () => number | undefined
  readonly drop: () => void
}

function openRow({ sql }: ObjectStorage, idle: number): Row {
  const note = Math.min(NOTE, idle)
  const hasTable = (): boolean => sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'session'").toArray().length > 0
  let isThere = hasTable()
  let usedAt = isThere ? Number(sql.exec('SELECT used_at FROM session').toArray()[0]?.['used_at'] ?? 0) : 0
  return {
    load: () => {
      const text = isThere ? sql.exec('SELECT kept FROM session').toArray()[0]?.['kept'] : undefined
      return typeof text === 'string' ? text : undefined
    },
    save: (_, text) => {
      if (!isThere)
        sql.exec('CREATE TABLE session (one INTEGER PRIMARY KEY, kept TEXT NOT NULL, used_at INTEGER NOT NULL) STRICT')
      isThere = true
      usedAt = Date.now()
      sql.exec('REPLACE INTO session VALUES (1, ?, ?)', text, usedAt)
    },
    drop: () => {
      if (isThere) sql.exec('DELETE FROM session')
      usedAt = 0
    },
    touch: () => {
      if (usedAt === 0 || Date.now() - usedAt < note) return
      usedAt = Date.now()
      sql.exec('UPDATE session SET used_at = ?', usedAt)
    },
    endsAt: () => (usedAt === 0 ? undefined : usedAt + idle + note),
  }
}
