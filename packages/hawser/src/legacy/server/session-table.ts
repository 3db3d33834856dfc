import { HttpSession, type KeptSession } from './http-session.ts'
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
    frame.keeper?.drop(session.id)
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
    // Whoever keeps sessions beyond the process knows when they end.
    if (sessions.size > 0 && frame.keeper === undefined) timer ??= setTimeout(sweep, Math.min(frame.idleMs, 60_000))
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

  /** A session that was kept while it was not in memory. */
  const restore = (id: string): HttpSession | undefined => {
    const kept = frame.keeper?.load(id)
    if (kept === undefined) return undefined
    const { owner, client, conversation } = JSON.parse(kept) as KeptSession
    const session = new HttpSession(id, owner, client, frame)
    session.conversation.resume(conversation)
    touch(session)
    schedule()
    return session
  }

  return {
    open: (client, owner) => {
      if (!makeRoom()) return undefined
      const session = new HttpSession(frame.createId(), owner, client, frame)
      touch(session)
      session.save()
      schedule()
      return session
    },
    find: (id, owner) => {
      const session = sessions.get(id) ?? restore(id)
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
