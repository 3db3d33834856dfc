import type { Call, Handle, Reply } from '../../call/index.ts'
import { createConversation } from '../client/conversation.ts'
import { createHeldCalls, type HeldCalls, resumeHeld } from '../client/held-calls.ts'
import { openSession } from '../client/session.ts'
import { openTransport, type TransportOptions } from './open-transport.ts'
import type { SdkContext, SdkServer, SdkTransport } from './shapes.ts'

/**
 * Makes a server for each call, so that callers share nothing that the author does not share. A server that has asked
 * something waits for the answer, as long and as many as there may be held calls.
 */
export function serveEachCall(
  create: (context: SdkContext) => SdkServer | Promise<SdkServer>,
  authInfoOf: TransportOptions['authInfoOf'],
): Handle {
  const held = createHeldCalls()

  const answer = async (call: Call): Promise<Reply> => {
    const authInfo = authInfoOf(call.principal)
    const server = await create({ era: 'legacy', ...(authInfo !== undefined && { authInfo }) })
    const close = (): void => void server.close().catch(() => {})
    /** The server is closed when its call is over, which may be rounds later. */
    const see = async (round: Promise<Reply>): Promise<Reply> => {
      let isWaiting = false
      try {
        const reply = await round
        isWaiting = 'resultType' in reply && reply.resultType === 'input_required'
        return reply
      } finally {
        if (!isWaiting) close()
      }
    }
    const heldHere: HeldCalls = {
      ...held,
      hold: ({ resume, drop }) =>
        held.hold({
          resume: (next, responses) => see(resume(next, responses)),
          drop: () => {
            drop()
            close()
          },
        }),
    }
    const open = async (): Promise<Reply> => {
      let transport: SdkTransport | undefined
      const conversation = createConversation((inbox) => {
        const opened = openTransport(inbox, { isOneCall: true, authInfoOf })
        ;({ transport } = opened)
        return opened.channel
      })
      await server.connect(transport as never)
      const { handle } = await openSession(conversation, call, heldHere)
      return handle(call)
    }
    return see(open())
  }

  return (call) => resumeHeld(held, call) ?? answer(call)
}
