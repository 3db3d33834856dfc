import { lateReplyOf, type Log, ProtocolError, toWireError, type WireError } from '../../call/index.ts'
import { type CallToolResult, type InputRequired, isObject } from '../../protocol/index.ts'
import type { OpenQuestion, Phase, TaskState } from './state.ts'
import type { Outcome } from './work.ts'

type Arguments = { readonly [name: string]: unknown }
type End = Exclude<Phase, { readonly status: 'working' | 'input_required' }>

/** Where work has come to: its end, or questions. */
export type Conclusion = End | InputRequired

export interface ConcludeOptions {
  readonly log: Log
  readonly tool: string
  /** The arguments as they came. */
  readonly given: Arguments
  /** Most UTF-16 units of a result as JSON. */
  readonly maxResultChars: number
}

/** UTF-16 units of arguments, questions and sealed state that a task which waits for an answer may take. */
const MAX_WAITING_CHARS = 1_048_576

/** Sorts what work came to. What no client could read becomes an internal error, whose cause is in the log. */
export function toConclusion(outcome: Outcome, { log, tool, given, maxResultChars }: ConcludeOptions): Conclusion {
  try {
    if (!('reply' in outcome)) {
      const late = lateReplyOf(outcome.error)
      if (late === undefined) throw outcome.error
      return keep(late, maxResultChars)
    }
    const { reply } = outcome
    if (!('resultType' in reply) || reply.resultType !== 'input_required') return keep(reply, maxResultChars)
    if (!isObject(reply.inputRequests) || Object.keys(reply.inputRequests).length === 0) {
      throw new Error(`The tool "${tool}" waits for an answer without a question.`)
    }
    if (JSON.stringify([given, reply]).length > MAX_WAITING_CHARS) {
      const message = `Arguments and questions of a task that waits take at most ${MAX_WAITING_CHARS} characters.`
      throw new ProtocolError('internal_error', message)
    }
    return reply
  } catch (error) {
    return { status: 'failed', error: toWireError(error, log, { method: 'tools/call', name: tool }).error }
  }
}

function keep(reply: object, most: number): End {
  const { length } = JSON.stringify(reply)
  const result = reply as CallToolResult
  return { status: 'completed', result: length > most ? tooLarge(length, most) : result }
}

/** For the model, which can ask for less. */
function tooLarge(length: number, most: number): CallToolResult {
  const text = `The result has ${length} characters; at most ${most} can be kept. Ask for less, or in parts.`
  return { content: [{ type: 'text', text }], isError: true }
}

/** What a task that was at work becomes. One that was to be cancelled is, unless its work came to a good end before. */
export function concludeWork(state: TaskState, conclusion: Conclusion, given: Arguments): Partial<TaskState> {
  const { phase } = state
  if (phase.status === 'working' && phase.cancelling === true && !isGood(conclusion)) {
    return { message: 'Cancelled.', phase: { status: 'cancelled' } }
  }
  if ('status' in conclusion) return { message: describeEnd(conclusion), phase: conclusion }
  const usedKeys = [...state.usedKeys]
  const questions = Object.entries(conclusion.inputRequests ?? {}).map(([key, request]): OpenQuestion => {
    const wireKey = findUnused(usedKeys, key)
    usedKeys.push(wireKey)
    return { wireKey, key, request }
  })
  const waiting = { arguments: given, requestState: conclusion.requestState, questions, answers: {} }
  return { message: 'Waiting for an answer.', usedKeys, phase: { status: 'input_required', waiting } }
}

function isGood(conclusion: Conclusion): boolean {
  return 'status' in conclusion && conclusion.status === 'completed' && conclusion.result.isError !== true
}

function describeEnd(end: End): string {
  switch (end.status) {
    case 'completed':
      return end.result.isError === true ? 'The tool reported an error.' : 'Done.'
    case 'failed':
      return end.error.message
    case 'cancelled':
      return 'Cancelled.'
  }
}

/** A question that is asked again is another question: `length`, then `length#2`. (tasks#task-update-requests) */
function findUnused(used: readonly string[], key: string): string {
  let found = key
  for (let n = 2; used.includes(found); n++) found = `${key}#${n}`
  return found
}

/** What becomes of a task whose work can come to no end any more. */
export function failWith(error: WireError): Partial<TaskState> {
  return { message: error.message, phase: { status: 'failed', error } }
}
