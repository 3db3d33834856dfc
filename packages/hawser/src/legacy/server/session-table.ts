import { HttpSession } from './http-session.ts'
import type { OldClient } from './read-client.ts'
import type { SessionFrame } from './session-frame.ts'

/** Sessions by their id, in the order of their last use. */
export interface SessionTable {
  /** `undefined` when the table is full of sessions that are in use. */
  readonly open: (client: OldClient, owner: string | undefined) => HttpSession | undefined
  /** Finds a session of this caller, and counts as its use. */
  readonly find: (id: string, owner: string | undefined) => HttpSession | undefined
  readonly end: (session: HttpSession) => void
  /** Ends the streams that wait for nothing in particular. */
  readonly release: () => void
  readonly close: () => void
  readonly size: number
}

/** Sessions that are looked at in one turn. */
const SWEEP = 1_000

/** Holds at most `max` sessions, and none longer than it is used. */
export function createSessionTable(frame: SessionFrame): SessionTable {
  const sessions = new Map<string, HttpSession>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const end = (session: HttpSession): void => {
    sessions.delete(session.id)
    session.close()
  }

  const touch = (session: HttpSession): void => {
    session.lastUsed = Date.now()
    sessions.delete(session.id)
    sessions.set(session.id, session)
  }

  /** Those in use move to the end, so that the next look begins at the longest idle. */
  const sweep = (): void => {
    timer = undefined
    const now = Date.now()
    let looked = 0
    for (const session of sessions.values()) {
      if (++looked > SWEEP || now - session.lastUsed < frame.idleMs) break
      if (session.isIdle) end(session)
      else touch(session)
    }
    schedule()
  }

  const schedule = (): void => {
    if (sessions.size > 0) timer ??= setTimeout(sweep, Math.min(frame.idleMs, 60_000))
  }

  const makeRoom = (): boolean => {
    if (sessions.size < frame.max) return true
    let looked = 0
    for (const session of sessions.values()) {
      if (++looked > SWEEP) return false
      if (!session.isIdle) {
        // To the end of the table, so that the next look begins behind it.
        touch(session)
        continue
      }
      end(session)
      return true
    }
    return false
  }

  return {
    open: (client, owner) => {
      if (!makeRoom()) return undefined
      // 122 random bits, which nobody guesses.
      const session = new HttpSession(crypto.randomUUID(), owner, client, frame)
      touch(session)
      schedule()
      return session
    },
    find: (id, owner) => {
      const session = sessions.get(id)
      // Somebody else's session is not there. (2025-11-25 basic/security_best_practices#session-hijacking)
      if (session === undefined || session.owner !== owner) return undefined
      touch(session)
      return session
    },
    end,
    release: () => {
      for (const session of sessions.values()) session.release()
    },
    close: () => {
      clearTimeout(timer)
      for (const session of sessions.values()) end(session)
    },
    get size() {
      return sessions.size
    },
  }
}
