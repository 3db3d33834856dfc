import type { SessionKeeper } from '../../http/index.ts'
import type { Role } from '../role.ts'
import type { ObjectStorage } from '../runtime.ts'
import { type CreateHandler, findEndpoint } from './hosted-endpoints.ts'

/** Milliseconds without a request after which a session ends, unless a stream is open. */
const IDLE = 30 * 60_000
/** Milliseconds between two notes of when it was used, each of which is a row written. */
const NOTE = 60_000

const EVENTS = 'text/event-stream'

/**
 * Holds one session, `session:/mcp#<id>`: its streams, and what it takes to go on when the object has left the memory. The table is made
 * with the session and everything goes with it, so that neither one which nobody opened nor one that is over leaves anything behind.
 */
export const sessionRole: Role = {
  schema: [],
  start: ({ id: { name = '' }, storage }, env) => {
    const [path = '', id = ''] = name.slice('session:'.length).split('#')
    const row = openRow(storage)
    let handle: ReturnType<CreateHandler> | undefined
    /** Found when it is used: an object whose endpoint is gone still ends its session. */
    const begin = (): ReturnType<CreateHandler> => {
      const { create, options } = findEndpoint(path)
      row.idle = options.idleMs ?? row.idle
      return create({ ...options, max: 1, createId: () => id, keeper: row })
    }
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
        handle ??= begin()
        row.touch()
        const response = counted(await handle(request, env))
        await row.sweep()
        return response
      },
      nextWake: () => row.endsAt(),
      wake: async (now) => {
        if (streams > 0) return row.touch()
        const endsAt = row.endsAt()
        if (endsAt !== undefined && endsAt > now) return
        row.drop()
        // What is in memory is forgotten as well.
        handle = undefined
        await row.sweep()
      },
    }
  },
}

interface Row extends SessionKeeper {
  idle: number
  /** Notes that the session is in use. */
  readonly touch: () => void
  readonly endsAt: () => number | undefined
  readonly drop: () => void
  /** Removes what a session that was dropped has left: an empty database is paid for as well. */
  readonly sweep: () => Promise<void>
}

const TABLE = 'CREATE TABLE session (one INTEGER PRIMARY KEY, kept TEXT NOT NULL, ends_at INTEGER NOT NULL) STRICT'

function openRow(storage: ObjectStorage): Row {
  const { sql } = storage
  let isOver = false
  let isThere = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'session'").toArray().length > 0
  const first = isThere ? sql.exec('SELECT ends_at FROM session').toArray()[0] : undefined
  let endsAt = first && Number(first['ends_at'])
  const margin = (): number => Math.min(NOTE, row.idle)
  const row: Row = {
    idle: IDLE,
    load: () => {
      const text = isThere ? sql.exec('SELECT kept FROM session').toArray()[0]?.['kept'] : undefined
      return typeof text === 'string' ? text : undefined
    },
    save: (_, text) => {
      if (!isThere) sql.exec(TABLE)
      isThere = true
      isOver = false
      endsAt = Date.now() + row.idle + margin()
      sql.exec('REPLACE INTO session VALUES (1, ?, ?)', text, endsAt)
    },
    drop: () => {
      if (isThere) sql.exec('DELETE FROM session')
      endsAt = undefined
      isOver = true
    },
    sweep: async () => {
      if (!isOver) return
      isOver = false
      isThere = false
      await storage.deleteAll()
    },
    touch: () => {
      const next = Date.now() + row.idle + margin()
      if (endsAt === undefined || next - endsAt < margin()) return
      endsAt = next
      sql.exec('UPDATE session SET ends_at = ?', endsAt)
    },
    endsAt: () => endsAt,
  }
  return row
}
