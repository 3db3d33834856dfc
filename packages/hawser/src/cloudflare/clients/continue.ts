import { AuthorizationError, ConnectionError } from '../../call/index.ts'
import { readEnd, readQuestions, readTask } from '../../extensions/tasks/read-task.ts'
import type { DetailedTask, Task as TaskState } from '../../extensions/tasks/task.ts'
import type { InputResponses, Params } from '../../protocol/index.ts'
import type { Connection } from './connection.ts'
import { checkQuestions, fillAnswers, Suspended, type Wait } from './suspend.ts'
import type { GivenAnswers, Outcome } from './types.ts'
import {
  answered,
  type Asking,
  describeWaiting,
  type Kept,
  type WaitingRow,
  type WaitingTable,
} from './waiting-table.ts'

/** Rounds of questions that one call may take. */
const MAX_ROUNDS = 16
/** Milliseconds that a task is kept for at least and at most. */
const SHORTEST = 60_000
const LONGEST = 30 * 86_400_000
/** Milliseconds between two looks at least and at most, and when the server does not say. */
const PAUSE = { shortest: 50, longest: 60_000, usual: 1_000 } as const
/** Characters of what a server says of a task. */
const MAX_MESSAGE = 500

type Question = Exclude<Kept, { readonly taskId: string }>
type Task = Extract<Kept, { readonly taskId: string }>
interface Again {
  readonly inputResponses: InputResponses
  readonly requestState: string | undefined
}

/** Calls that end with a question or a task, and go on from what was kept of them. */
export function createCalls(waiting: WaitingTable, keep: number) {
  const describe = (row: WaitingRow): Outcome => {
    const described = describeWaiting(row)
    return 'questions' in described ? { pending: described } : { task: described }
  }

  const suspendCall = (place: string, call: Asking, wait: Wait): Outcome => {
    if (!('task' in wait)) return describe(waiting.add({ place, call, kept: wait, expiresAt: Date.now() + keep }))
    const { taskId, ttlMs } = wait.task
    const expiresAt = Date.now() + Math.min(Math.max(ttlMs ?? keep, SHORTEST), LONGEST)
    const kept: Task = { taskId, ...describeTask(wait.task), requests: undefined, answered: [] }
    return describe(waiting.add({ place, call, kept, expiresAt }))
  }

  /** Sends a call, for the first time or with answers. */
  const send = async ({ client, place }: Connection, call: Asking, again?: Again): Promise<Outcome> => {
    if (call.round > MAX_ROUNDS)
      throw new ConnectionError('too_many_rounds', `The server asked for more after ${MAX_ROUNDS} rounds.`)
    try {
      // Parameters were made for this method.
      const params = { ...call.params, ...again } as Params<'tools/call'>
      return { result: await client.request(call.method as 'tools/call', params) }
    } catch (error) {
      if (error instanceof Suspended) return suspendCall(place, call, error.wait)
      throw error
    }
  }

  const answerCall = async (
    connection: Connection,
    row: WaitingRow,
    { requests, requestState }: Question,
    given: GivenAnswers,
  ): Promise<Outcome> => {
    const inputResponses = await fillAnswers(requests, given)
    if (!waiting.claim(row.id)) throw answered()
    let isOver = true
    try {
      return await send(connection, { ...row.call, round: row.call.round + 1 }, { inputResponses, requestState })
    } catch (error) {
      // A call that was refused at the door has not been run.
      isOver = !(error instanceof AuthorizationError)
      throw error
    } finally {
      if (isOver) waiting.settle(row.id)
      else waiting.reopen(row.id)
    }
  }

  const answerTask = async (
    { client }: Connection,
    { id }: WaitingRow,
    { taskId, requests = {}, answered: before }: Task,
    given: GivenAnswers,
  ): Promise<Outcome> => {
    if (Object.keys(given).some((key) => before.includes(key))) throw answered()
    const inputResponses = await fillAnswers(requests, given)
    const row = waiting.find(id)
    const task = row.kept as Task
    const keys = Object.keys(inputResponses)
    if (keys.length === 0 || keys.some((key) => task.answered.includes(key))) throw answered()
    waiting.update(id, { ...task, requests: undefined, answered: [...task.answered, ...keys] })
    try {
      await client.request('tasks/update', { taskId, inputResponses })
    } catch (error) {
      if (error instanceof AuthorizationError) waiting.update(id, task)
      throw error
    }
    return describe(waiting.find(id))
  }

  const lookAfter = async ({ client }: Connection, id: string, { taskId }: Task): Promise<Outcome> => {
    const found = readTask(taskId, await client.request('tasks/get', { taskId }))
    await checkQuestions(readQuestions(found, new Set()) ?? {})
    const row = waiting.find(id)
    if (isOver(found)) {
      waiting.end(id)
      return { result: readEnd(found) }
    }
    // It may have been answered while the server was asked.
    const task = row.kept as Task
    const requests = readQuestions(found, new Set(task.answered))
    waiting.update(id, { ...task, ...describeTask(found), requests })
    return describe(waiting.find(id))
  }

  return {
    send,
    answer: (connection: Connection, row: WaitingRow, given: GivenAnswers): Promise<Outcome> =>
      'taskId' in row.kept
        ? answerTask(connection, row, row.kept, given)
        : answerCall(connection, row, row.kept, given),
    look: async (connection: Connection, row: WaitingRow): Promise<Outcome> =>
      'taskId' in row.kept ? lookAfter(connection, row.id, row.kept) : describe(row),
    drop: async ({ client }: Connection, { id, kept }: WaitingRow): Promise<void> => {
      waiting.drop(id)
      if ('taskId' in kept) await client.request('tasks/cancel', { taskId: kept.taskId })
    },
  }
}

/** What is shown of a task, within bounds. */
const describeTask = ({ statusMessage, pollIntervalMs = PAUSE.usual }: TaskState) => ({
  message: statusMessage?.slice(0, MAX_MESSAGE),
  pollAfter: Math.min(Math.max(pollIntervalMs, PAUSE.shortest), PAUSE.longest),
})

type Over = Exclude<DetailedTask, { readonly status: 'working' | 'input_required' }>
const isOver = (task: DetailedTask): task is Over => task.status !== 'working' && task.status !== 'input_required'
