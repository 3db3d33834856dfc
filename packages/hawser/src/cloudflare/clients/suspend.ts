import { badReply, type Call, type Interceptor, isCallOf, NAME_FIELD, UNDERSTOOD } from '../../call/index.ts'
import { answerQuestion } from '../../client/answer-question.ts'
import { readInputRequired } from '../../client/answer-input.ts'
import { readCreated } from '../../extensions/tasks/read-task.ts'
import { TASKS, type TaskCreated } from '../../extensions/tasks/task.ts'
import type { ElicitForm, ElicitResult, ElicitUrl, InputRequests, InputResponses } from '../../protocol/index.ts'
import type { GivenAnswers, Question } from './types.ts'
import { WaitingError } from './waiting-error.ts'

/** What a call waits for: answers, with the state to hand back, or the end of a task. */
export type Wait =
  | { readonly requests: InputRequests; readonly requestState: string | undefined }
  | { readonly task: TaskCreated }

/** Ends a call that goes on later. It is caught where the call was made. */
export class Suspended extends Error {
  readonly wait: Wait

  constructor(wait: Wait) {
    super('The call goes on later.')
    this.wait = wait
  }
}

const RESULTS: ReadonlySet<string> = new Set(['task'])

/** Nobody is there to answer: that these are there declares what can be asked, and `suspend` stands in front of them. */
export const CANCELLED = {
  elicit: (): ElicitResult => ({ action: 'cancel' }),
  visit: (): ElicitResult => ({ action: 'cancel' }),
}

/** Ends calls that ask, or become tasks, instead of waiting for them. */
export const suspend: Interceptor = (next) => async (call) => {
  const declared = declare(call)
  declared.values.set(NAME_FIELD, 'taskId')
  if (isCallOf(call, 'tools/call')) declared.values.set(UNDERSTOOD, RESULTS)
  const reply = await next(declared)
  const task = readCreated(reply)
  if (task !== undefined) throw new Suspended({ task })
  const { inputRequests: requests = {}, requestState } = readInputRequired(call, reply) ?? {}
  // A server that only wants to be asked again is.
  if (Object.keys(requests).length === 0) return reply
  await checkQuestions(requests)
  throw new Suspended({ requests, requestState })
}

/** The same call from a client that speaks the extension. (tasks#capability-negotiation) */
function declare(call: Call): Call {
  const { clientCapabilities } = call
  const extensions = { ...clientCapabilities.extensions, [TASKS]: {} }
  return { ...call, clientCapabilities: { ...clientCapabilities, extensions } }
}

/** Questions that may be asked at once. */
const MAX_QUESTIONS = 64

/** @throws ConnectionError `bad_reply` for what was not declared, or leads to what is no web page. */
export async function checkQuestions(requests: InputRequests): Promise<void> {
  if (Object.keys(requests).length > MAX_QUESTIONS)
    throw badReply(`The server asked more than ${MAX_QUESTIONS} questions at once.`)
  for (const [key, request] of Object.entries(requests)) {
    await answerQuestion(request, CANCELLED, { key })
    if (typeof readParams(request).message !== 'string')
      throw badReply('The server asked a question without a message.')
  }
}

/** What is asked for, once it was checked. */
const readParams = (request: unknown): ElicitForm | ElicitUrl =>
  (request as { readonly params: ElicitForm | ElicitUrl }).params

export const toQuestions = (requests: InputRequests): readonly Question[] =>
  Object.entries(requests).map(([key, request]) => ({ ...readParams(request), key }))

/**
 * Completes answers with the defaults of their forms.
 *
 * @throws WaitingError `wrong` for what is missing, or does not fit.
 */
export async function fillAnswers(requests: InputRequests, given: GivenAnswers): Promise<InputResponses> {
  const stray = Object.keys(given).find((key) => !Object.hasOwn(requests, key))
  if (stray !== undefined) throw new WaitingError('wrong', `Nobody asked ${JSON.stringify(stray)}.`)
  const filled = Object.entries(requests).map(async ([key, request]) => {
    const answer = Object.hasOwn(given, key) ? given[key] : undefined
    if (answer === undefined) throw new WaitingError('wrong', `The answer to ${JSON.stringify(key)} is missing.`)
    const reply = (): ElicitResult => answer
    try {
      return [key, await answerQuestion(request, { elicit: reply, visit: reply }, { key })] as const
    } catch (error) {
      throw error instanceof TypeError ? new WaitingError('wrong', error.message) : error
    }
  })
  return Object.fromEntries(await Promise.all(filled))
}
