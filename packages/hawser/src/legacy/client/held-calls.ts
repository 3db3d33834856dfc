import { type Call, markReceived, ProtocolError, type Reply } from '../../call/index.ts'
import type { InputResponses } from '../../protocol/index.ts'

/** A call that waits for answers between two rounds. */
export interface HeldCall {
  readonly resume: (call: Call, responses: InputResponses) => Promise<Reply>
  /** There will be no answers. */
  readonly drop: () => void
}

/** Calls that wait for answers, by the `requestState` that names them. */
export interface HeldCalls {
  readonly hold: (held: HeldCall) => string
  readonly take: (requestState: string) => HeldCall | undefined
  readonly drop: (requestState: string) => void
}

/** Most calls that wait, and for how long, in milliseconds: whoever asks them may never come back. */
const MOST = 256
const LONGEST = 3_600_000

export function createHeldCalls(): HeldCalls {
  const held = new Map<string, HeldCall & { readonly since: number }>()

  const drop = (requestState: string): void => {
    const call = held.get(requestState)
    held.delete(requestState)
    call?.drop()
  }

  return {
    hold: (call) => {
      const now = Date.now()
      for (const [state, { since }] of held) {
        if (held.size < MOST && now - since < LONGEST) break
        drop(state)
      }
      const requestState = crypto.randomUUID()
      held.set(requestState, { ...call, since: now })
      return requestState
    },
    take: (requestState) => {
      const call = held.get(requestState)
      held.delete(requestState)
      return call
    },
    drop,
  }
}

/**
 * Goes on with the call whose state the client brings back; nothing where it brings none.
 *
 * @throws ProtocolError `invalid_params` when nothing is known of the state.
 */
export function resumeHeld(held: HeldCalls, call: Call): Promise<Reply> | undefined {
  const { requestState, inputResponses = {} } = call.params as Call<'tools/call'>['params']
  if (requestState === undefined) return undefined
  const waiting = held.take(requestState)
  if (waiting !== undefined) return waiting.resume(call, inputResponses)
  throw markReceived(new ProtocolError('invalid_params', 'Nothing is known of this requestState. Call again.'))
}
