import { type Call, ConnectionError, GIVE_UP, ProtocolError, type Reply, toAbortError } from '../../call/index.ts'
import { MAY_ASK } from '../../client/answer-input.ts'
import type { InputRequests, InputResponses, RequestId } from '../../protocol/index.ts'
import type { ParsedRequest } from '../../wire/json-rpc.ts'
import type { Conversation, Exchange, Fields } from './conversation.ts'
import type { HeldCalls } from './held-calls.ts'
import { inward, mayAsk } from './translate.ts'
import { createTurns } from './turns.ts'

/** What the server wants to know. */
interface Question {
  readonly id: RequestId
  readonly method: string
  readonly params: Fields
  /** Whether it came on the stream of a call, so that it belongs to that call and no other. */
  readonly isBound: boolean
}

/** A call of ours over all its rounds. */
export interface Work {
  /** That of the present round. */
  call: Call
  /** Absent until the call is sent. */
  exchange?: Exchange
  readonly unseen: Question[]
  readonly shown: Map<string, Question>
  /** Pages that the person has agreed to visit. */
  readonly visited: Set<string>
  /** The state that names it while it waits for answers, and since when. */
  asleep?: { readonly requestState: string; readonly since: number } | undefined
  wake: () => void
}

export const createWork = (call: Call, visited = new Set<string>()): Work => ({
  call,
  unseen: [],
  shown: new Map(),
  visited,
  wake: () => {},
})

/** Turns what the server asks in the middle of a call into a reply that asks, and the retry into an answer. */
export interface Questions {
  /** Takes what the server asks. */
  readonly ask: (request: ParsedRequest, asker: Work | undefined) => void
  /** The server does not want an answer any more. */
  readonly withdraw: (id: unknown) => void
  /** Sees a call through to its result, or to the next question. */
  readonly advance: (work: Work) => Promise<Reply>
}

/** Questions that may wait to be shown. */
const MOST = 64

/** How long a call that waits for answers may keep others waiting, in milliseconds: nobody may come back with them. */
const PATIENCE = 300_000

/** What becomes of a call apart from the questions. */
export interface Course {
  /** Sends a call. */
  readonly begin: (work: Work) => Exchange
  /** Goes on with a call whose questions are answered. */
  readonly goOn: (work: Work) => Promise<Reply>
  /** Called when a call is over. */
  readonly end: (work: Work) => void
}

/** @param first The call in whose name the server was greeted. */
export function createQuestions(
  conversation: Conversation,
  first: Call,
  held: HeldCalls,
  { begin, goOn, end }: Course,
): Questions {
  const turns = createTurns<Work>()
  /** Asked while no call was under way that could have asked. */
  const stray: Question[] = []
  let count = 0

  const refuse = (id: RequestId, code: 'method_not_found' | 'internal_error', message: string): void =>
    void conversation.refuse(id, new ProtocolError(code, message)).catch(() => {})

  /** What nobody answers is answered all the same, since the server may wait without end. */
  const dismiss = ({ id, method }: Question): void => {
    if (method === 'elicitation/create') void conversation.answer(id, { action: 'cancel' }).catch(() => {})
    else refuse(id, 'internal_error', 'Nobody is there to answer.')
  }

  const ask: Questions['ask'] = ({ id, method, params }, asker) => {
    const isBound = asker !== undefined && MAY_ASK.has(asker.call.method)
    // Nothing says which call an unbound question belongs to: from now on there is one at a time.
    if (!isBound) turns.serialise()
    const [oldest] = turns.working
    const work = isBound ? asker : ([...turns.working].find(({ shown }) => shown.size === 0) ?? oldest)
    const { clientCapabilities } = work?.call ?? first
    const queue = work?.unseen ?? stray
    if (!mayAsk(method, params, clientCapabilities)) {
      return refuse(id, 'method_not_found', 'This client did not declare that it answers such requests.')
    }
    if (queue.length >= MOST) return refuse(id, 'internal_error', 'Too many questions are waiting for an answer.')
    queue.push({ id, method, params, isBound })
    work?.wake()
  }

  const withdraw = (id: unknown): void => {
    for (const queue of [stray, ...[...turns.working].map(({ unseen }) => unseen)]) {
      const index = queue.findIndex((question) => question.id === id)
      if (index !== -1) queue.splice(index, 1)
    }
  }

  const finish = (work: Work): void => {
    end(work)
    turns.leave(work)
    for (const question of work.unseen.splice(0)) {
      if (question.isBound || stray.length >= MOST) dismiss(question)
      else stray.push(question)
    }
  }

  const giveUp = (work: Work, reason: ConnectionError): void => {
    for (const question of work.shown.values()) dismiss(question)
    work.shown.clear()
    finish(work)
    work.exchange?.cancel(reason)
  }

  const show = (work: Work): Reply => {
    const inputRequests: { [key: string]: object } = {}
    for (const question of work.unseen.splice(0)) {
      const key = `question-${++count}`
      const { method, params } = question
      work.shown.set(key, question)
      inputRequests[key] = { method, params }
    }
    const requestState = held.hold({
      resume: (call, responses) => resume(work, call, responses),
      drop: () => giveUp(work, new ConnectionError('aborted', 'The question was not answered.')),
    })
    work.call.values.set(GIVE_UP, () => held.drop(requestState))
    work.asleep = { requestState, since: Date.now() }
    // Whoever answers checks what is asked. (client/answer-question.ts)
    return { resultType: 'input_required', inputRequests: inputRequests as unknown as InputRequests, requestState }
  }

  const resume = async (work: Work, call: Call, responses: InputResponses): Promise<Reply> => {
    work.call = call
    work.asleep = undefined
    for (const [key, question] of work.shown) {
      const response = Object.hasOwn(responses, key) ? responses[key] : undefined
      if (response === undefined) {
        work.unseen.push(question)
        continue
      }
      conversation.answer(question.id, response).catch((cause: unknown) => {
        const lost = 'The answer could not be delivered to the server, so the call that waits for it is lost.'
        work.exchange?.fail(new ConnectionError('disconnected', lost, { cause }))
      })
    }
    work.shown.clear()
    return goOn(work)
  }

  const dropForgotten = (): void => {
    for (const { asleep } of turns.working) {
      if (asleep !== undefined && Date.now() - asleep.since > PATIENCE) held.drop(asleep.requestState)
    }
  }

  const advance: Questions['advance'] = async (work) => {
    const { method, signal } = work.call
    const abort = (): void => {
      giveUp(work, toAbortError(signal.reason))
    }
    const mayBeAsked = MAY_ASK.has(method)
    if (mayBeAsked && !turns.working.has(work)) {
      dropForgotten()
      await turns.enter(work, signal)
    }
    if (signal.aborted) {
      abort()
      throw toAbortError(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    try {
      // What the server asked before goes first: the call may depend on it.
      if (mayBeAsked) work.unseen.push(...stray.splice(0))
      if (work.unseen.length === 0) {
        const asked = new Promise<undefined>((resolve) => {
          work.wake = () => resolve(undefined)
        })
        work.exchange ??= begin(work)
        const result = await Promise.race([work.exchange.result, asked])
        if (result !== undefined) {
          finish(work)
          return inward(method, result)
        }
      }
      return show(work)
    } catch (error) {
      finish(work)
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  return { ask, withdraw, advance }
}
