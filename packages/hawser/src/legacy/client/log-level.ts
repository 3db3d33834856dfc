import { type Call, ProtocolError, untilAborted } from '../../call/index.ts'
import { LOGGING_LEVELS, META } from '../../protocol/index.ts'
import type { Conversation } from './conversation.ts'

/**
 * Makes sure that the server logs what a call wants to see of it. One level holds for a whole session, so it is only ever
 * lowered; what is more than a call wants is left out when it comes. (2025-11-25 server/utilities/logging)
 */
export function createLogLevel(conversation: Conversation): (call: Call) => Promise<void> {
  let lowest = LOGGING_LEVELS.length as number

  return async ({ params, signal }) => {
    const level = params._meta?.[META.logLevel]
    const rank = level === undefined ? lowest : LOGGING_LEVELS.indexOf(level)
    if (rank >= lowest) return
    lowest = rank
    const { result } = conversation.start('logging/setLevel', { level })
    await untilAborted(signal, result).catch((error: unknown) => {
      // A server that cannot log as told can still do its work.
      if (!(error instanceof ProtocolError)) throw error
    })
  }
}
