import { badReply, type Call, type Handle, ProtocolError, untilAborted } from '../../call/index.ts'
import { type InputRequest, type InputResponses, isObject } from '../../protocol/index.ts'
import { createHeldCalls } from '../client/held-calls.ts'
import type { OpenForCall } from './open-for-call.ts'
import { isQuestion } from './serve-each-call.ts'

type Answer = InputResponses[string]

/** What was asked in earlier rounds, by key, and answered unless it was asked last. */
type Asked = Map<string, { readonly digest: string; readonly answer?: Answer | undefined }>

/**
 * As `serveEachCall`, but nothing waits for an answer: the call is given up when it asks, and made again from its start with
 * all answers so far. So any process may go on with it, and what a handler does before it asks is done again.
 *
 * The state that the client keeps is data without a seal; what serves strangers seals it, as mounts do.
 */
export function rerunEachCall(openForCall: OpenForCall): Handle {
  return async (call) => {
    const { requestState, inputResponses = {}, ...params } = call.params as Call<'tools/call'>['params']
    const asked = requestState === undefined ? new Map() : readState(requestState, inputResponses)
    const again = { ...call, params } as Call
    const held = createHeldCalls()
    const { signal } = call
    const { open, close } = await untilAborted(signal, openForCall(again, held))
    try {
      const { handle } = await untilAborted(signal, open())
      let reply = await handle(again)
      while (isQuestion(reply)) {
        const { inputRequests = {}, requestState: state = '' } = reply
        const answers = await findAnswers(inputRequests, asked)
        if (answers === undefined) {
          held.drop(state)
          return { ...reply, requestState: JSON.stringify([...asked]) }
        }
        const waiting = held.take(state)
        if (waiting === undefined) throw badReply('The server asked for more time than it is given.')
        reply = await waiting.resume(again, answers)
      }
      return reply
    } finally {
      close()
    }
  }
}

/** Answers of earlier rounds to all of these questions; notes those that are new, and those that are not what they were. */
async function findAnswers(questions: Record<string, InputRequest>, asked: Asked): Promise<InputResponses | undefined> {
  const answers: [string, Answer][] = []
  const entries = Object.entries(questions)
  for (const [key, question] of entries) {
    const digest = await digestOf(question)
    const before = asked.get(key)
    if (before?.digest !== digest) asked.set(key, { digest })
    else if (before.answer !== undefined) answers.push([key, before.answer])
  }
  // Without a question there is a page that is still being visited, and the client comes again.
  return entries.length > 0 && answers.length === entries.length ? Object.fromEntries(answers) : undefined
}

/** @throws ProtocolError `invalid_params` for what no round handed out. */
function readState(state: string, responses: InputResponses): Asked {
  const entries = parse(state)
  if (!Array.isArray(entries)) throw new ProtocolError('invalid_params', 'This requestState is none. Call again.')
  const asked: Asked = new Map()
  for (const entry of entries as unknown[]) {
    const [key, { digest, answer } = {}] = Array.isArray(entry) ? (entry as [unknown, Record<string, unknown>]) : []
    if (typeof key !== 'string' || typeof digest !== 'string') continue
    const known = answer ?? (Object.hasOwn(responses, key) ? responses[key] : undefined)
    asked.set(key, { digest, ...(isAnswer(known) && { answer: known }) })
  }
  return asked
}

/** What is in it is for the server to check. */
const isAnswer = (value: unknown): value is Answer => isObject(value)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** SHA-256 of a question, in hexadecimal: an answer counts for the question that it was given to. */
async function digestOf(question: InputRequest): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(question))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
