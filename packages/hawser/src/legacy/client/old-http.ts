import { type Call, ConnectionError, after, closedError } from '../../call/index.ts'
import { type Conversation, createConversation } from './conversation.ts'
import { Refused } from './errors.ts'
import type { HttpWay } from './http-way.ts'
import { openSession, type Session } from './session.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { openSse, openSseStream } from './sse-channel.ts'
import { openStreamable } from './streamable-channel.ts'
import { askableOf } from './translate.ts'

/** How long a server may take to answer a greeting, in milliseconds. */
const PATIENCE = 60_000

/**
 * Reaches a server of an earlier revision over HTTP: by Streamable HTTP or, when the server refuses that, by HTTP+SSE.
 * (basic/transports/streamable-http#http-sse-transport-2024-11-05)
 */
export function createOldHttp(url: string, way: HttpWay): Sessions {
  /** The latest of each key, greeted or not. */
  const current = new Map<string, Conversation>()
  const closing = new AbortController()

  const greet = async (conversation: Conversation, call: Call): Promise<Session> => {
    current.set(askableOf(call), conversation)
    const late = new ConnectionError('timeout', `The server did not answer a greeting within ${PATIENCE / 1000} s.`)
    const stop = after(PATIENCE, () => conversation.drop(late))
    try {
      if (closing.signal.aborted) throw closedError()
      return await openSession(conversation, call)
    } catch (error) {
      void conversation.channel.close()
      throw error
    } finally {
      stop()
    }
  }

  const overSse = async (call: Call): Promise<Session> => {
    const stream = await openSseStream(url, way, closing.signal)
    return greet(
      createConversation((inbox) => openSse(stream, way, inbox)),
      call,
    )
  }

  let open = (call: Call): Promise<Session> =>
    greet(
      createConversation((inbox) => openStreamable(url, way, inbox)),
      call,
    ).catch(async (refusal: unknown) => {
      if (!(refusal instanceof Refused) || !refusal.isPuzzled) throw refusal
      const session = await overSse(call).catch((error: unknown) => {
        // A URL that has neither is described by what it answered first.
        throw error instanceof Refused ? refusal : error
      })
      open = overSse
      return session
    })

  const close = async (): Promise<void> => {
    closing.abort(closedError())
    for (const each of current.values()) each.drop(closedError())
    await Promise.all([...current.values()].map(({ channel }) => channel.close()))
  }

  // A server asks whom it was told that it may ask, so that clients who can answer more have sessions of their own.
  return createSessions((call) => open(call), askableOf, close)
}
