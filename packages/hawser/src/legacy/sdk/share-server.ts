import type { Handle } from '../../call/index.ts'
import type { ClientCapabilities } from '../../protocol/index.ts'
import { createConversation } from '../client/conversation.ts'
import { GreetingFailed } from '../client/errors.ts'
import { openSession } from '../client/session.ts'
import { createSessions } from '../client/sessions.ts'
import { openTransport, type TransportOptions } from './open-transport.ts'
import type { SdkServer, SdkTransport } from './shapes.ts'

/** What some client might be asked for. Each question is held against what the client of its call declared. */
const ANYTHING: ClientCapabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }

/**
 * Connects one server for all callers, with the first call, and again when it was closed. It is asked nothing that is not
 * bound to a call: which of the callers is meant would be a guess.
 */
export function shareServer(server: SdkServer, authInfoOf: TransportOptions['authInfoOf']): Handle {
  const sessions = createSessions(async (call) => {
    let transport: SdkTransport | undefined
    const conversation = createConversation((inbox) => {
      const opened = openTransport(inbox, { isOneCall: false, authInfoOf })
      ;({ transport } = opened)
      return opened.channel
    })
    await server.connect(transport as never)
    return openSession(conversation, { ...call, clientCapabilities: ANYTHING })
  })
  return async (call) => {
    try {
      return await sessions.handle(call)
    } catch (error) {
      throw error instanceof GreetingFailed ? error.cause : error
    }
  }
}
