import { type Call, type Handle, type Reply, untilAborted } from '../../call/index.ts'
import { createHeldCalls, type HeldCalls, resumeHeld } from '../client/held-calls.ts'
import type { OpenForCall } from './open-for-call.ts'

/**
 * Answers each call with a server of its own, so that callers share nothing that the author does not share. A server that has
 * asked something waits in this process for the answer, as long and as many as there may be held calls.
 */
export function serveEachCall(openForCall: OpenForCall): Handle {
  const held = createHeldCalls()

  const answer = async (call: Call): Promise<Reply> => {
    /** The server is closed when its call is over, which may be rounds later. */
    const see = async ({ signal }: Call, round: Promise<Reply>): Promise<Reply> => {
      let waits = false
      try {
        const reply = await untilAborted(signal, round)
        waits = isQuestion(reply)
        return reply
      } finally {
        if (!waits) close()
      }
    }
    const heldHere: HeldCalls = {
      ...held,
      hold: ({ resume, drop }) =>
        held.hold({
          resume: (next, responses) => see(next, resume(next, responses)),
          drop: () => {
            drop()
            close()
          },
        }),
    }
    const { open, close } = await untilAborted(call.signal, openForCall(call, heldHere))
    return see(
      call,
      open().then(({ handle }) => handle(call)),
    )
  }

  return async (call) => resumeHeld(held, call) ?? answer(call)
}

/** Nobody can be asked where no request may wait for another one, as on Workers. */
export function askNobody(handle: Handle): Handle {
  return (call) => {
    const { elicitation: _, sampling: __, roots: ___, ...clientCapabilities } = call.clientCapabilities
    return handle({ ...call, clientCapabilities })
  }
}

/** Whether a reply asks something. */
export function isQuestion(reply: Reply): reply is Extract<Reply, { readonly resultType: 'input_required' }> {
  return 'resultType' in reply && reply.resultType === 'input_required'
}
