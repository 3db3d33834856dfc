import { badReply, ConnectionError, fromWireError, type Reply, type WireError } from '../../call/index.ts'
import { type CallToolResult, type InputRequests, isObject } from '../../protocol/index.ts'
import type { DetailedTask, TaskCreated, TaskStatus } from './task.ts'

type Fields = { readonly [name: string]: unknown }

const STATUSES: ReadonlySet<unknown> = new Set<TaskStatus>([
  'working',
  'input_required',
  'completed',
  'failed',
  'cancelled',
])
const MAX_ID = 1024

/**
 * The task that a call has become; nothing when the reply is another one.
 *
 * @throws ConnectionError `bad_reply` for what says that it is a task and is none. (tasks#polymorphic-results)
 */
export function readCreated(reply: Reply): TaskCreated | undefined {
  const fields: unknown = reply
  if (!isObject(fields) || fields['resultType'] !== 'task') return undefined
  const { taskId } = fields
  if (!isTask(fields) || typeof taskId !== 'string' || taskId === '' || taskId.length > MAX_ID) {
    throw badReply('The server answered with a task that has no usable taskId, status or times.')
  }
  return fields as unknown as TaskCreated
}

/**
 * The answer to `tasks/get`.
 *
 * @throws ConnectionError `bad_reply` for anything but the present state of that task. (tasks#task-polling)
 */
export function readTask(taskId: string, reply: unknown): DetailedTask {
  if (!isObject(reply) || 'resultType' in reply || !isTask(reply) || reply['taskId'] !== taskId) {
    throw badReply('The server answered tasks/get with something that is not the task.')
  }
  return reply as unknown as DetailedTask
}

/** What the task asks that was not answered yet; nothing when that is nothing. */
export function readQuestions(task: DetailedTask, answered: ReadonlySet<string>): InputRequests | undefined {
  if (task.status !== 'input_required') return undefined
  const requests: unknown = task.inputRequests
  if (!isObject(requests))
    throw badReply('The server says that the task waits for an answer, but not to which question.')
  const fresh = Object.entries(task.inputRequests).filter(([key]) => !answered.has(key))
  return fresh.length === 0 ? undefined : Object.fromEntries(fresh)
}

/**
 * What the call would have come to without the task.
 *
 * @throws ProtocolError what the server says; ConnectionError `aborted` when the task was cancelled elsewhere, `bad_reply`.
 */
export function readEnd(
  task: Exclude<DetailedTask, { readonly status: 'working' | 'input_required' }>,
): CallToolResult {
  switch (task.status) {
    case 'completed':
      return readResult(task.result)
    case 'failed':
      throw fromWireError(readError(task.error))
    case 'cancelled':
      throw new ConnectionError('aborted', 'The task was cancelled by the server or by another client.')
  }
}

function readResult(result: unknown): CallToolResult {
  const { resultType = 'complete', ...rest }: Fields = isObject(result) ? result : { resultType: 'none' }
  // Whoever receives it checks the rest, as for any reply.
  if (resultType === 'complete') return rest as unknown as CallToolResult
  throw badReply('The server says that the task is completed, but not with which result.')
}

function readError(error: unknown): WireError {
  const { code, message, data }: Fields = isObject(error) ? error : {}
  if (Number.isSafeInteger(code) && typeof message === 'string') return { code: code as number, message, data }
  throw badReply('The server says that the task failed, but not how.')
}

function isTask({ status, ttlMs, pollIntervalMs, statusMessage }: Fields): boolean {
  const areTimes = [ttlMs ?? 0, pollIntervalMs ?? 0].every((ms) => typeof ms === 'number')
  return STATUSES.has(status) && areTimes && (statusMessage === undefined || typeof statusMessage === 'string')
}
