import type { Call } from '../../call/index.ts'
import { createConversation } from '../client/conversation.ts'
import type { HeldCalls } from '../client/held-calls.ts'
import { openSession, type Session } from '../client/session.ts'
import { openTransport, type TransportOptions } from './open-transport.ts'
import type { SdkContext, SdkServer, SdkTransport } from './shapes.ts'

/** A server that was made for one call. */
export interface ForCall {
  /** Connects it and greets it in the name of the call. */
  readonly open: () => Promise<Session>
  readonly close: () => void
}

/** Makes a server for a call; `held` is where the call waits when it is asked something. */
export type OpenForCall = (call: Call, held: HeldCalls) => Promise<ForCall>

export function createOpenForCall(
  create: (context: SdkContext) => SdkServer | Promise<SdkServer>,
  authInfoOf: TransportOptions['authInfoOf'],
): OpenForCall {
  return async (call, held) => {
    const authInfo = authInfoOf(call.principal)
    const server = await create({ era: 'legacy', ...(authInfo !== undefined && { authInfo }) })
    return {
      open: async () => {
        let transport: SdkTransport | undefined
        const conversation = createConversation((inbox) => {
          const opened = openTransport(inbox, { isOneCall: true, authInfoOf })
          ;({ transport } = opened)
          return opened.channel
        })
        await server.connect(transport as never)
        return openSession(conversation, call, held)
      },
      // A server that fails to close has nobody left to tell.
      close: () => void server.close().catch(() => {}),
    }
  }
}
