import {
  badReply,
  type Call,
  ConnectionError,
  createLinkedController,
  GIVE_UP,
  type Interceptor,
  pause,
  type Reply,
  untilAborted,
} from '../call/index.ts'
import { type InputRequired, type InputResponses, isObject } from '../protocol/index.ts'
import { answerQuestion } from './answer-question.ts'
import type { Answers } from './answers.ts'

/** Questions that one reply may hold. */
const MAX_QUESTIONS = 64

/** Methods whose reply may ask. (basic/patterns/mrtr#supported-requests) */
export const MAY_ASK: ReadonlySet<string> = new Set(['tools/call', 'resources/read', 'prompts/get'])

/** First and longest wait, in milliseconds, before retrying for a server that asked nothing. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5_000

/**
 * Answers what the server asks and retries until it is satisfied. Each retry is a request of its own, which carries the
 * answers and, untouched, the state that the last reply handed over. (basic/patterns/mrtr#client-requirements-basic-workflow)
 *
 * @throws ConnectionError `bad_reply` when the server asks what it may not; `too_many_rounds`.
 */
export function answerInput(answers: Answers, maxRounds: number): Interceptor {
  return (next) => async (call) => {
    let current = call
    let patience = FIRST_PAUSE

    const answer = async (reply: Reply, round: number): Promise<Call | undefined> => {
      const asked = readInputRequired(call, reply)
      if (asked === undefined) return undefined
      if (round > maxRounds) {
        throw new ConnectionError(
          'too_many_rounds',
          `The server asked for more after ${maxRounds} rounds of ${call.method}.`,
        )
      }
      const { requestState } = asked
      const questions = Object.entries(asked.inputRequests ?? {})
      if (questions.length > 0) return retry(call, await answerAll(questions, answers, call, round), requestState)
      await pause(patience, call.signal)
      patience = Math.min(patience * 2, LONGEST_PAUSE)
      return retry(call, undefined, requestState)
    }

    for (let round = 1; ; round++) {
      const reply = await next(current)
      try {
        const retried = await answer(reply, round)
        if (retried === undefined) return reply
        current = retried
      } catch (error) {
        call.values.get(GIVE_UP)?.()
        throw error
      }
    }
  }
}

/**
 * What is asked for; nothing when the reply is the final one.
 *
 * @throws ConnectionError `bad_reply` when the server asks what it may not.
 */
export function readInputRequired({ method }: Call, reply: Reply): InputRequired | undefined {
  const fields: unknown = reply
  if (!isObject(fields) || !('resultType' in reply) || reply.resultType !== 'input_required') return undefined
  const { inputRequests = {}, requestState } = fields
  const check = (isRight: boolean, problem: string): void => {
    if (!isRight) throw badReply(`The server answered ${method} with ${problem}.`)
  }
  check(MAY_ASK.has(method), 'a question, which this method may not')
  check(requestState === undefined || typeof requestState === 'string', 'a requestState that is not text')
  check(isObject(inputRequests), 'inputRequests that are not an object')
  const count = Object.keys(inputRequests as object).length
  check(count > 0 || requestState !== undefined, 'input_required but neither questions nor a state')
  check(count <= MAX_QUESTIONS, `${count} questions; at most ${MAX_QUESTIONS} are answered at once`)
  return reply
}

/** State and answers of this round only: what an earlier round left behind is not repeated. */
function retry(call: Call, inputResponses: InputResponses | undefined, requestState: string | undefined): Call {
  const { inputResponses: _, requestState: __, ...params } = call.params as Call<'tools/call'>['params']
  return {
    ...call,
    params: {
      ...params,
      ...(inputResponses !== undefined && { inputResponses }),
      ...(requestState !== undefined && { requestState }),
    },
  }
}

type Question = readonly [key: string, request: unknown]

/** All at once; when one fails the others are told that they are not wanted any more. */
async function answerAll(
  questions: readonly Question[],
  answers: Answers,
  call: Call,
  round: number,
): Promise<InputResponses> {
  const { controller, release } = createLinkedController([call.signal])
  const { signal } = controller
  const work = questions.map(
    async ([key, request]) => [key, await answerQuestion(request, answers, { key, call, round, signal })] as const,
  )
  try {
    return Object.fromEntries(await untilAborted(signal, Promise.all(work)))
  } catch (error) {
    controller.abort(error)
    throw error
  } finally {
    release()
  }
}
