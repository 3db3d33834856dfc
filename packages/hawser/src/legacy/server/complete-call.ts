import { pause, ProtocolError, type Reply } from '../../call/index.ts'
import type { InputRequests, InputRequired } from '../../protocol/index.ts'
import { explainRefusal } from './explain-refusal.ts'

type Fields = { readonly [name: string]: unknown }

/** Rounds of questions that one call may take. */
const MAX_ROUNDS = 64

/** First and longest wait, in milliseconds, before a call is made again that asked for nothing. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5_000

/** What a call needs of the conversation that it is part of. */
export interface Turn {
  /** Makes the call with these params. */
  readonly make: (params: Fields) => Promise<Reply>
  /** Asks the client, and resolves with its answers. */
  readonly ask: (requests: InputRequests) => Promise<Fields>
  /** Whether answers to questions can come back. */
  readonly isHeld: boolean
  readonly signal: AbortSignal
}

/** Calls, asks what the reply asks for, and calls again with the answers, until there is a result. */
export async function completeCall(
  method: string,
  params: Fields,
  { make, ask, isHeld, signal }: Turn,
): Promise<Reply> {
  // Only the present answers in advance.
  const { inputResponses: _, requestState: __, ...given } = params
  let added: Fields = {}
  for (let round = 0; round < MAX_ROUNDS; round++) {
    try {
      const reply = await make({ ...given, ...added })
      if (!isInputRequired(reply)) return reply
      const { inputRequests = {}, requestState } = reply
      if (Object.keys(inputRequests).length > 0) {
        added = { inputResponses: await ask(inputRequests), requestState }
        continue
      }
      // It asks for nothing but time. (2026-07-28 basic/patterns/mrtr)
      await pause(Math.min(FIRST_PAUSE * 2 ** round, LONGEST_PAUSE), signal)
      added = { requestState }
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'missing_client_capability') throw error
      return explainRefusal(method, error, isHeld)
    }
  }
  throw new Error(`The call still asks after ${MAX_ROUNDS} rounds.`)
}

function isInputRequired(reply: Reply): reply is InputRequired {
  return 'resultType' in reply && reply.resultType === 'input_required'
}
