import {
  badReply,
  type Call,
  type Handle,
  type Interceptor,
  isCallOf,
  NAME_FIELD,
  ProtocolError,
  type Reply,
  UNDERSTOOD,
} from '../../call/index.ts'
import type { CallOptions, Client } from '../../client/index.ts'
import type { CallToolResult, InputResponses } from '../../protocol/index.ts'
import { createPace, type Pace } from './pace.ts'
import { readCreated, readEnd, readQuestions, readTask } from './read-task.ts'
import { createReporter } from './report-progress.ts'
import { type Task, TASKS } from './task.ts'

/** How a client sees tasks through. Times are in milliseconds. */
export interface FollowTasksOptions {
  /** Told of each call that has become a task, so that its id can be kept for `resume`. */
  readonly onTask?: ((task: Task) => void) | undefined
  /** The longest that a task is waited for, in all; a day when left out. */
  readonly maxWait?: number | undefined
  /** Whether a task is cancelled when its call is given up or its client closed; true when left out. */
  readonly cancel?: boolean | undefined
}

/** Belongs into `use` of a client. */
export interface TaskFollower extends Interceptor {
  /**
   * Waits for a task of an earlier call, perhaps of an earlier process, through a client that has this follower in `use`.
   *
   * @throws ProtocolError `invalid_params` when the server does not know the task any more; whatever the call would throw.
   * @example
   * const result = await follower.resume(client, await readFile('task-id', 'utf8'))
   */
  readonly resume: (client: Pick<Client, 'request'>, taskId: string, options?: CallOptions) => Promise<CallToolResult>
}

/** A task that a call waits for. */
interface Followed {
  readonly taskId: string
  readonly pace: Pace
  readonly ask: (method: 'tasks/get' | 'tasks/update', inputResponses?: InputResponses) => Promise<Reply>
  /** Names of its questions that are answered: servers may show them once more. (tasks#task-update-requests) */
  readonly answered: Set<string>
  readonly report: (task: Task) => void
  /** The task is over, so there is nothing to cancel any more. */
  readonly release: () => void
  /** By which whoever answers its questions finds it again. */
  readonly token: string
}

const DAY = 86_400_000
/** Questions of one task that are answered at most. */
const MAX_ANSWERED = 1024
/** Milliseconds that the news of a cancellation may take. */
const CANCEL_TIMEOUT = 30_000

const NEWS: ReadonlySet<string> = new Set(['notifications/tasks'])
const RESULTS: ReadonlySet<string> = new Set(['task'])

/**
 * Lets servers answer tool calls with tasks, and sees them through: a call resolves when its task is done, `answers` answer
 * its questions, `onProgress` is told how it gets on, and a signal that aborts the call cancels the task.
 *
 * The time limits of a call hold for each request then; how long the task may take is said here.
 *
 * @throws RangeError when `maxWait` is not more than 0.
 * @example
 * await using films = await connect<typeof server>('https://films.example.com/mcp', { use: [followTasks()] })
 * const film = await films.tools.render({ script: 'harbour' }, { onProgress: ({ message }) => console.log(message) })
 * @see io.modelcontextprotocol/tasks
 */
export function followTasks(options: FollowTasksOptions = {}): TaskFollower {
  const { onTask, maxWait = DAY, cancel = true } = options
  if (!(maxWait > 0)) throw new RangeError(`maxWait takes milliseconds, more than 0; it got ${maxWait}.`)
  /** Tasks that wait for an answer, by token. */
  const waiting = new Map<string, Followed>()
  /** Ids of tasks of earlier calls, by a token of the same kind. */
  const resuming = new Map<string, string>()

  const adopt = (call: Call, next: Handle, taskId: string, pollIntervalMs?: number): Followed => {
    const { signal } = call
    const token = crypto.randomUUID()
    const release = (): void => {
      signal.removeEventListener('abort', giveUp)
      waiting.delete(token)
    }
    const giveUp = (): void => {
      release()
      if (!cancel) return
      // Nobody waits for the answer; without it the server forgets the task when its time is over.
      const news = toTaskCall(call, 'tasks/cancel', { taskId }, AbortSignal.timeout(CANCEL_TIMEOUT))
      next(news).catch(() => {})
    }
    // It aborts when the call fails for its caller, whatever the reason.
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    return {
      taskId,
      pace: createPace(signal, maxWait, pollIntervalMs),
      ask: (method, inputResponses) => next(toTaskCall(call, method, { taskId, inputResponses }, signal)),
      answered: new Set(),
      report: createReporter(call, taskId),
      release,
      token,
    }
  }

  const start = async (call: Call<'tools/call'>, next: Handle): Promise<Reply> => {
    const { requestState = '', inputResponses } = call.params
    const known = waiting.get(requestState)
    if (known !== undefined) return see(known, inputResponses)
    const resumed = resuming.get(requestState)
    if (resumed !== undefined) return see(adopt(call, next, resumed))
    call.values.set(UNDERSTOOD, RESULTS)
    const reply = await next(call)
    const task = readCreated(reply)
    if (task === undefined) return reply
    const followed = adopt(call, next, task.taskId, task.pollIntervalMs)
    onTask?.(task)
    followed.report(task)
    await followed.pace.wait()
    return see(followed)
  }

  /** Looks until the task is over or asks. */
  const see = async (task: Followed, answers?: InputResponses): Promise<Reply> => {
    const { taskId, pace, ask, answered, token } = task
    waiting.delete(token)
    try {
      if (answers !== undefined) {
        for (const key of Object.keys(answers)) answered.add(key)
        if (answered.size > MAX_ANSWERED) throw badReply(`The task asked more than ${MAX_ANSWERED} questions.`)
        await pace.persist(() => ask('tasks/update', answers))
      }
      for (;;) {
        const found = readTask(taskId, await pace.persist(() => ask('tasks/get')))
        pace.heed(found.pollIntervalMs)
        task.report(found)
        const inputRequests = readQuestions(found, answered)
        if (inputRequests !== undefined) {
          waiting.set(token, task)
          return { resultType: 'input_required', inputRequests, requestState: token }
        }
        if (found.status !== 'working' && found.status !== 'input_required') {
          task.release()
          return readEnd(found)
        }
        await pace.wait()
      }
    } catch (error) {
      // What the server refuses to speak of cannot be cancelled either.
      if (error instanceof ProtocolError) task.release()
      throw error
    }
  }

  const interceptor: Interceptor = (next) => (call) => {
    const declared = declare(call)
    declared.values.set(NAME_FIELD, 'taskId')
    if (isCallOf(declared, 'tools/call')) return start(declared, next)
    if (isCallOf(declared, 'subscriptions/listen')) declared.values.set(UNDERSTOOD, NEWS)
    return next(declared)
  }
  const resume: TaskFollower['resume'] = async (client, taskId, given) => {
    const requestState = crypto.randomUUID()
    resuming.set(requestState, taskId)
    try {
      return await client.request('tools/call', { name: 'resumed', requestState }, given)
    } finally {
      resuming.delete(requestState)
    }
  }
  return Object.assign(interceptor, { resume })
}

/** The same call from a client that speaks the extension. (tasks#capability-negotiation) */
function declare(call: Call): Call {
  const { clientCapabilities } = call
  const extensions = { ...clientCapabilities.extensions, [TASKS]: {} }
  return { ...call, clientCapabilities: { ...clientCapabilities, extensions } }
}

/** A request about a task, on behalf of the call that has become it. */
function toTaskCall(
  call: Call,
  method: 'tasks/get' | 'tasks/update' | 'tasks/cancel',
  { taskId, inputResponses }: { readonly taskId: string; readonly inputResponses?: InputResponses | undefined },
  signal: AbortSignal,
): Call {
  const { _meta } = call.params
  const params = { taskId, ...(inputResponses !== undefined && { inputResponses }), _meta }
  return { ...call, method, params, signal }
}
