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
  /** Most bytes of it as UTF-8. */
  readonly maxBytes: number | undefined
}

/** UTF-16 units of arguments, questions and sealed state that a task which waits for an answer may take. */
const MAX_WAITING_CHARS = 1_048_576

/** Bytes of a task beside its result. */
const BESIDE = 65_536

/** Sorts what work came to. What no client could read becomes an internal error, whose cause is in the log. */
export function toConclusion(outcome: Outcome, options: ConcludeOptions): Conclusion {
  const { log, tool, given, maxBytes = Infinity } = options
  try {
    if (!('reply' in outcome)) {
      const late = lateReplyOf(outcome.error)
      if (late === undefined) throw outcome.error
      return keep(late, options)
    }
    const { reply } = outcome
    if (!('resultType' in reply) || reply.resultType !== 'input_required') return keep(reply, options)
    if (!isObject(reply.inputRequests) || Object.keys(reply.inputRequests).length === 0) {
      throw new Error(`The tool "${tool}" waits for an answer without a question.`)
    }
    const excess = findExcess(JSON.stringify([given, reply]), MAX_WAITING_CHARS, maxBytes)
    if (excess !== undefined) {
      const message = `Arguments and questions of a task that waits take at most ${excess.most} ${excess.unit}.`
      throw new ProtocolError('internal_error', message)
    }
    return reply
  } catch (error) {
    return { status: 'failed', error: toWireError(error, log, { method: 'tools/call', name: tool }).error }
  }
}

function keep(reply: object, { maxResultChars, maxBytes = Infinity }: ConcludeOptions): End {
  const excess = findExcess(JSON.stringify(reply), maxResultChars, maxBytes)
  const result = reply as CallToolResult
  return { status: 'completed', result: excess === undefined ? result : tooLarge(excess) }
}

interface Excess {
  readonly length: number
  readonly most: number
  readonly unit: 'characters' | 'bytes'
}

function findExcess(json: string, mostChars: number, mostBytes: number): Excess | undefined {
  const { length } = json
  if (length > mostChars) return { length, most: mostChars, unit: 'characters' }
  // A UTF-16 unit takes three bytes at most.
  if (length * 3 <= mostBytes - BESIDE) return undefined
  const bytes = new TextEncoder().encode(json).length
  return bytes > mostBytes - BESIDE ? { length: bytes, most: mostBytes - BESIDE, unit: 'bytes' } : undefined
}

/** For the model, which can ask for less. */
export function tooLarge({ length, most, unit }: Excess): CallToolResult {
  const text = `The result has ${length} ${unit}; at most ${most} can be kept. Ask for less, or in parts.`
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
