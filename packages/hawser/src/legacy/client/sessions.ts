import { type Agreed, type Call, type Handle, type Reply, untilAborted } from '../../call/index.ts'
import { GreetingFailed, SessionLost } from './errors.ts'
import type { Session } from './session.ts'

/** One session after the other, as long as there are calls. */
export interface Sessions {
  /** Calls reject with GreetingFailed when no session can be opened. */
  readonly handle: Handle
  /** Opens a session unless there is one. */
  readonly greet: (call: Call) => Promise<void>
  readonly agreed: Agreed | undefined
  readonly close: () => Promise<void>
}

/**
 * Opens a session with the first call that needs one, and another when it was lost. A call that the server refused because
 * it knows no such session was not run, and is sent once more; a call whose answer was lost is not, nor is one of a tool that
 * may have run.
 *
 * @param keyOf Calls of one key share a session.
 */
export function createSessions(
  open: (call: Call) => Promise<Session>,
  keyOf: (call: Call) => string = () => '',
  close: () => Promise<void> = async () => {},
): Sessions {
  const present = new Map<string, Promise<Session>>()
  let agreed: Agreed | undefined

  const start = async (call: Call): Promise<Session> => {
    try {
      const session = await open(call)
      agreed = session.agreed
      return session
    } catch (cause) {
      throw new GreetingFailed('The server could not be greeted.', { cause })
    }
  }

  const forget = (call: Call, session: Promise<Session>): void => {
    const key = keyOf(call)
    if (present.get(key) === session) present.delete(key)
  }

  const enter = (call: Call): Promise<Session> => {
    const key = keyOf(call)
    const existing = present.get(key)
    if (existing !== undefined) return existing
    const opening = start(call)
    present.set(key, opening)
    opening.catch(() => forget(call, opening))
    return opening
  }

  const attempt = async (call: Call, isLast: boolean): Promise<Reply> => {
    const entered = enter(call)
    const session = await untilAborted(call.signal, entered)
    if (session.conversation.ended !== undefined && !isLast) {
      forget(call, entered)
      return attempt(call, true)
    }
    try {
      return await session.handle(call)
    } catch (error) {
      if (!(error instanceof SessionLost)) throw error
      forget(call, entered)
      session.conversation.channel.stopListening()
      if (isLast || (call.method === 'tools/call' && !error.wasUnread)) throw error.cause
      return attempt(call, true)
    }
  }

  return {
    handle: (call) => attempt(call, false),
    // Callers share a greeting, so that none of them ends it for the others; it has a limit of its own.
    greet: async (call) => {
      await enter(call)
    },
    get agreed() {
      return agreed
    },
    close,
  }
}
