import type { Agreed, Call, Handle, Reply } from '../../call/index.ts'
import { untilAborted } from '../../client/until-aborted.ts'
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
 * it knows no such session was not run, and is sent once more; a call whose answer was lost is not.
 */
export function createSessions(
  open: (call: Call) => Promise<Session>,
  close: () => Promise<void> = async () => {},
): Sessions {
  let present: Promise<Session> | undefined
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

  const forget = (session: Promise<Session>): void => {
    if (present === session) present = undefined
  }

  const enter = (call: Call): Promise<Session> => {
    if (present !== undefined) return present
    const opening = start(call)
    present = opening
    opening.catch(() => forget(opening))
    return opening
  }

  const attempt = async (call: Call, isLast: boolean): Promise<Reply> => {
    const entered = enter(call)
    const session = await untilAborted(call.signal, entered)
    if (session.conversation.ended !== undefined && !isLast) {
      forget(entered)
      return attempt(call, true)
    }
    try {
      return await session.handle(call)
    } catch (error) {
      if (!(error instanceof SessionLost)) throw error
      forget(entered)
      session.conversation.channel.stopListening()
      if (isLast) throw error.cause
      return attempt(call, true)
    }
  }

  return {
    handle: (call) => attempt(call, false),
    greet: async (call) => {
      await untilAborted(call.signal, enter(call))
    },
    get agreed() {
      return agreed
    },
    close,
  }
}
