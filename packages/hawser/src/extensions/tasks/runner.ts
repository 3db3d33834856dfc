import { ADMITTED, type Call, ConnectionError, type Handle, type Log, type Reply } from '../../call/index.ts'
import type { CallToolParams, CallToolResult, Meta } from '../../protocol/index.ts'
import type { Ledger } from './ledger.ts'
import type { Scribe } from './scribe.ts'
import { type TaskState, toDetailedTask } from './state.ts'
import type { TaskStore } from './store.ts'
import type { TaskCreated } from './task.ts'
import { startWork, type Work } from './work.ts'
import { type TaskWork, workOnTask } from './work-on-task.ts'

export interface RunnerOptions {
  readonly store: TaskStore
  readonly ledger: Ledger
  readonly scribe: Scribe
  readonly log: Log
  readonly resultMeta: Meta
  readonly ttl: number
  readonly pollInterval: number
  readonly patience: number
  readonly perCaller: number
  readonly maxResultChars: number
}

/** Runs the work of tasks in this process. */
export interface Runner {
  /** Answers a call with its reply when that comes soon, and with a task otherwise. */
  readonly run: (call: Call<'tools/call'>, next: Handle, owner: string) => Promise<Reply>
  /** Goes on with a task whose questions are answered. */
  readonly resume: (id: string, call: Call, params: CallToolParams, next: Handle) => void
  /** Stops the work of a task that was marked as cancelling, if it is done here. */
  readonly cancel: (id: string) => void
  readonly isRunning: (id: string) => boolean
  readonly isBusy: () => boolean
  readonly close: () => Promise<void>
}

const SHUT_DOWN = 'The server was shut down.'

export function createRunner(options: RunnerOptions): Runner {
  const { store, ledger, scribe, ttl, pollInterval, patience, perCaller } = options
  const running = new Map<string, TaskWork>()
  const starting = createTally()
  /** A server that one listener has closed may be served by another. */
  let closings = 0

  const begin = (call: Call, params: CallToolParams, next: Handle): Work =>
    startWork(call, params, next, { timeout: ttl, askExpiry: ttl })
  const follow = (id: string, work: Work, params: CallToolParams): void => {
    const onEnd = (): void => void running.delete(id)
    const { isShared = false, maxBytes } = store
    running.set(id, workOnTask(id, work, params, { ...options, isShared, maxBytes, onEnd }))
  }
  const newState = (tool: string, scopes: readonly string[] | undefined): TaskState => {
    const now = Date.now()
    return { tool, scopes, createdAt: now, updatedAt: now, deadline: now + ttl, usedKeys: [], phase: scribe.working() }
  }

  /** What comes of work in time, or the task that it becomes; nothing when there is no room for one. */
  const settle = async (work: Work, params: CallToolParams, owner: string): Promise<Reply | undefined> => {
    const early = await soon(work.outcome, patience)
    if (early !== undefined) {
      if ('reply' in early) return early.reply
      throw early.error
    }
    const entry = await ledger.create(owner, newState(params.name, work.call.values.get(ADMITTED)), perCaller)
    if (entry === undefined) return undefined
    follow(entry.id, work, params)
    const { status: _, ...task } = toDetailedTask(entry, pollInterval, options.resultMeta)
    const created: TaskCreated = { ...task, resultType: 'task', status: 'working' }
    return created
  }

  const run: Runner['run'] = async (call, next, owner) => {
    const { signal } = call
    const begun = starting.add(owner)
    const before = closings
    // Handlers may change their arguments in place; a retry brings them as they came.
    const params = { ...call.params, arguments: copy(call.params.arguments) }
    let work: Work | undefined
    const leave = (): void => work?.abort(signal.reason)
    signal.addEventListener('abort', leave)
    try {
      if ((await store.count(owner)) + begun > perCaller) return refuse(options.resultMeta)
      signal.throwIfAborted()
      work = begin(call, call.params, next)
      const reply = await settle(work, params, owner)
      if (reply === undefined) work.abort(new ConnectionError('aborted', 'There is no room for another task.'))
      // Nobody will ever ask for a task whose id nobody has got, and none outlives its server.
      else if ('taskId' in reply && (signal.aborted || closings > before)) {
        void running.get(reply.taskId)?.drop(signal.aborted ? 'The caller went away.' : SHUT_DOWN)
      }
      return reply ?? refuse(options.resultMeta)
    } catch (error) {
      work?.abort(error)
      throw error
    } finally {
      signal.removeEventListener('abort', leave)
      starting.remove(owner)
    }
  }

  return {
    run,
    resume: (id, call, params, next) =>
      follow(id, begin(call, { ...params, arguments: copy(params.arguments) }, next), params),
    cancel: (id) => running.get(id)?.cancel(),
    isRunning: (id) => running.has(id),
    isBusy: () => running.size > 0,
    close: async () => {
      closings++
      await Promise.all([...running.values()].map(({ drop }) => drop(SHUT_DOWN)))
    },
  }
}

/** For the model, which can wait or cancel. */
function refuse(_meta: Meta): CallToolResult {
  const text = 'There are too many tasks already. Wait until some of them are over, or cancel some.'
  return { content: [{ type: 'text', text }], isError: true, _meta }
}

/** Counts by name what has begun and is not over. */
function createTally() {
  const counts = new Map<string, number>()
  const read = (name: string): number => counts.get(name) ?? 0
  return {
    /** Returns the count, this one included. */
    add: (name: string): number => {
      counts.set(name, read(name) + 1)
      return read(name)
    },
    remove: (name: string): void => {
      if (read(name) > 1) counts.set(name, read(name) - 1)
      else counts.delete(name)
    },
  }
}

/** What is left of arguments after a journey as JSON. */
const copy = (given: CallToolParams['arguments'] = {}): NonNullable<CallToolParams['arguments']> =>
  JSON.parse(JSON.stringify(given)) as NonNullable<CallToolParams['arguments']>

/** What comes within a time, which is at least a turn of the event loop. */
async function soon<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, ms, undefined)))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
