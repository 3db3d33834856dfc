import { badReply, type Call } from '../call/index.ts'
import {
  type ClientCapabilities,
  type InputRequest,
  type InputRequired,
  type InputResponses,
  isObject,
} from '../protocol/index.ts'
import type { ServerFrame } from '../server/frame.ts'
import { checkCapabilities } from '../server/questions.ts'
import { type Binding, openState, sealState } from '../server/request-state.ts'

/** Questions of one reply, rounds of one call, and UTF-16 units of one question's message. */
const MAX_QUESTIONS = 64
const MAX_ROUNDS = 64
const MAX_MESSAGE = 16_384
/** UTF-16 units of all questions of one reply as JSON. */
const MAX_SIZE = 262_144

/** Under which the mounted server's own state is sealed. */
const STATE = 'state'

/** What a retry brings back for the mounted server. */
export interface Resumed {
  readonly round: number
  readonly params: { readonly inputResponses?: InputResponses; readonly requestState?: string }
}

type Retryable = Call & {
  readonly params: { readonly inputResponses?: InputResponses; readonly requestState?: string }
}

/**
 * Opens what `relayQuestions` sealed, so that a mounted server gets its state from nobody but the caller whom it was handed
 * to, for the same request: to that server all callers look alike.
 *
 * @throws ProtocolError `invalid_params` when the state is not for this request.
 */
export async function resume(call: Retryable, binding: Binding, { keys }: ServerFrame): Promise<Resumed> {
  const { requestState, inputResponses = {} } = call.params
  const given = Object.entries(inputResponses).filter(([, answer]) => isObject(answer))
  // Whether an answer counts that nobody asked for is for the mounted server to say.
  if (requestState === undefined) return { round: 0, params: toParams(given.slice(0, MAX_QUESTIONS)) }
  const { asked, results, round } = await openState(requestState, binding, keys, Date.now())
  const state = results.get(STATE)
  const params = toParams(given.filter(([key]) => asked.has(key)))
  return { round, params: { ...params, ...(typeof state === 'string' && { requestState: state }) } }
}

function toParams(answers: readonly (readonly [string, InputResponses[string]])[]): Resumed['params'] {
  return answers.length === 0 ? {} : { inputResponses: Object.fromEntries(answers) }
}

/**
 * Passes on the questions of a mounted server, and says whose they are; its state is sealed into this server's.
 *
 * @throws ConnectionError `bad_reply` when it asks what it may not.
 */
export async function relayQuestions(
  { inputRequests = {}, requestState }: InputRequired,
  mount: string,
  allowed: ClientCapabilities,
  round: number,
  binding: Binding,
  frame: ServerFrame,
): Promise<InputRequired> {
  if (!isObject(inputRequests)) throw badReply('The server asked with inputRequests that are not an object.')
  if (requestState !== undefined && typeof requestState !== 'string')
    throw badReply('The server sent a requestState that is not text.')
  const questions = Object.entries(inputRequests)
  if (questions.length > MAX_QUESTIONS)
    throw badReply(`The server asked ${questions.length} questions at once; at most ${MAX_QUESTIONS} are passed on.`)
  if (questions.length === 0 && requestState === undefined)
    throw badReply('The server asked for input, but neither a question nor a state came.')
  if (round >= MAX_ROUNDS) throw badReply(`The server asked for more after ${MAX_ROUNDS} rounds.`)
  if (JSON.stringify(questions).length > MAX_SIZE)
    throw badReply(`The server asked in more than ${MAX_SIZE} characters.`)
  const relayed = questions.map(([key, question]) => [key, label(question, mount, allowed)] as const)
  const sealed = await sealState(
    {
      answers: new Map(),
      results: new Map(requestState === undefined ? [] : [[STATE, requestState]]),
      asked: new Set(questions.map(([key]) => key)),
      round: round + 1,
    },
    binding,
    frame.keys,
    Date.now() + frame.askExpiry,
  )
  return {
    resultType: 'input_required',
    ...(relayed.length > 0 && { inputRequests: Object.fromEntries(relayed) }),
    requestState: sealed,
    _meta: frame.resultMeta,
  }
}

/** A person decides by who asks. (client/elicitation#security-considerations) */
function label(question: InputRequest, mount: string, allowed: ClientCapabilities): InputRequest {
  const params: unknown = isObject(question) ? (question.params ?? {}) : undefined
  if (!isObject(params)) throw badReply('The server asked something that is no question.')
  try {
    checkCapabilities(allowed, question, `A question of the server mounted as "${mount}".`)
  } catch (cause) {
    throw badReply('The server asked what the client did not declare, or what its mount may not ask.', cause)
  }
  if (question.method !== 'elicitation/create') return question
  const { message, mode, url } = params
  if (typeof message !== 'string' || message.length > MAX_MESSAGE)
    throw badReply(`The server asked without a message of at most ${MAX_MESSAGE} characters.`)
  if (mode === 'url' && !(typeof url === 'string' && /^https?:$/.test(URL.parse(url)?.protocol ?? ''))) {
    throw badReply('The server asked to open what is no web page.')
  }
  return { ...question, params: { ...question.params, message: `[${mount}] ${message}` } }
}
