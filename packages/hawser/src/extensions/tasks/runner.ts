import {
  type Call,
  ConnectionError,
  type Handle,
  type Log,
  ProtocolError,
  type Reply,
  reportInternal,
  toWireError,
  type WireError,
} from '../../call/index.ts'
import type { CallToolParams, CallToolResult, Meta } from '../../protocol/index.ts'
import { concludeWork, failWith, toConclusion } from './conclude.ts'
import type { Ledger } from './ledger.ts'
import { type Entry, type Phase, type TaskState, toDetailedTask } from './state.ts'
import type { TaskStore } from './store.ts'
import type { TaskCreated } from './task.ts'
import { type Outcome, type Progress, startWork, type Work } from './work.ts'

export interface RunnerOptions {
  readonly store: TaskStore
  readonly ledger: Ledger
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
  /** How a task at work is stored, as long as this process gives signs of life. */
  readonly working: () => Phase
  readonly fault: (message: string) => WireError
  readonly close: () => Promise<void>
}

/** Milliseconds between two signs of life, and how long one is good for. */
const BEAT = 5_000
const LEASE = 20_000
/** Milliseconds that work gets to come to an end by itself when it is cancelled, or when its time is up. */
const CANCEL_GRACE = 1_000
const TIMEOUT_GRACE = 5_000
const MAX_MESSAGE = 1_000

export function createRunner(options: RunnerOptions): Runner {
  const { store, ledger, log, ttl, pollInterval, patience, perCaller } = options
  const running = new Map<
    string,
    { readonly stop: (reason: Error) => void; readonly drop: (why: string) => Promise<void> }
  >()
  const starting = new Map<string, number>()

  const fault = (message: string): WireError => toWireError(new ProtocolError('internal_error', message), log).error
  const working = (): Phase => ({
    status: 'working',
    ...(store.worker !== undefined && { worker: store.worker, aliveUntil: Date.now() + LEASE }),
  })
  const begin = (call: Call, params: CallToolParams, next: Handle): Work =>
    startWork(call, params, next, { timeout: ttl, askExpiry: ttl })

  /** Writes where a task has come to, unless it is over. Never rejects. */
  const conclude = async (id: string, tool: string, step: (state: TaskState) => Partial<TaskState>): Promise<void> => {
    const write = (next: typeof step) =>
      ledger.change(id, (state) => {
        if (state.phase.status !== 'working') return undefined
        const now = Date.now()
        return { ...state, updatedAt: now, deadline: now + ttl, ...next(state) }
      })
    try {
      await write(step).catch((cause: unknown) => {
        // A store that does not take the result may still take the news that there is none.
        const { error } = toWireError(cause, log, { method: 'tools/call', name: tool })
        return write(() => failWith(error))
      })
    } catch (cause) {
      reportInternal(cause, log, { method: 'tools/call', name: tool })
    }
  }

  const follow = (id: string, work: Work, params: CallToolParams): void => {
    const { name, arguments: given = {} } = params
    const timers = new Set<ReturnType<typeof setTimeout>>()
    const after = (ms: number, run: () => void): void => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        run()
      }, ms)
      timers.add(timer)
    }
    const settle = async (step: (state: TaskState) => Partial<TaskState>): Promise<void> => {
      if (!running.delete(id)) return
      for (const timer of timers) clearTimeout(timer)
      await conclude(id, name, step)
    }
    const settleAs = (outcome: Outcome): Promise<void> => {
      const conclusion = toConclusion(outcome, { ...options, tool: name, given })
      return settle((state) => concludeWork(state, conclusion, given))
    }
    const drop = (why: string): Promise<void> => {
      work.abort(new ConnectionError('aborted', why))
      return settle(() => failWith(fault(why)))
    }
    const stop = (reason: Error): void => {
      work.abort(reason)
      after(CANCEL_GRACE, () => void settleAs({ error: new ProtocolError('internal_error', reason.message) }))
    }
    running.set(id, { stop, drop })
    after(Math.min(ttl + TIMEOUT_GRACE, FOREVER), () => void drop(`It did not finish within ${ttl / 1000} s.`))

    let latest: Progress | undefined
    let isReporting = false
    const report = (): void => {
      const progress = latest
      latest = undefined
      isReporting = progress !== undefined
      if (progress === undefined) return
      void change(id, (state) => ({ ...state, updatedAt: Date.now(), ...describeProgress(progress) }))
      after(pollInterval, report)
    }
    work.onProgress((progress) => {
      latest = progress
      if (!isReporting && running.has(id)) report()
    })

    const beat = async (): Promise<void> => {
      const entry = await change(id, (state) => ({ ...state, phase: { ...state.phase, ...working() } }))
      if (entry === undefined || (entry !== 'fault' && isUnwanted(entry.state))) cancel(id)
      if (running.has(id)) after(BEAT, () => void beat())
    }
    if (store.worker !== undefined) after(BEAT, () => void beat())
    void work.outcome.then(settleAs)
  }

  /** Writes news of a task at work. What fails is tried again with the next news. */
  const change = async (id: string, step: (state: TaskState) => TaskState): Promise<Entry | 'fault' | undefined> => {
    try {
      return await ledger.change(id, (state) => (isUnwanted(state) ? undefined : step(state)))
    } catch (cause) {
      reportInternal(cause, log, { method: 'tools/call' })
      return 'fault'
    }
  }

  const cancel = (id: string): void => running.get(id)?.stop(new ConnectionError('aborted', 'The task was cancelled.'))

  const refusal = (): CallToolResult => ({
    content: [
      { type: 'text', text: `There are too many tasks already. Wait until some of them are over, or cancel some.` },
    ],
    isError: true,
    _meta: options.resultMeta,
  })

  const run: Runner['run'] = async (call, next, owner) => {
    starting.set(owner, (starting.get(owner) ?? 0) + 1)
    // Handlers may change their arguments in place; a retry brings them as they came.
    const params = { ...call.params, arguments: copy(call.params.arguments) }
    let work: Work | undefined
    const leave = (): void => work?.abort(call.signal.reason)
    call.signal.addEventListener('abort', leave)
    try {
      if ((await store.count(owner)) + (starting.get(owner) ?? 0) > perCaller) return refusal()
      call.signal.throwIfAborted()
      work = begin(call, call.params, next)
      const early = await soon(work.outcome, patience)
      if (early !== undefined) {
        if ('reply' in early) return early.reply
        throw early.error
      }
      const entry = await ledger.create(owner, newState(call.params.name), perCaller)
      if (entry === undefined) {
        work.abort(new ConnectionError('aborted', 'There is no room for another task.'))
        return refusal()
      }
      follow(entry.id, work, params)
      // Nobody will ever ask for a task whose id nobody has got.
      if (call.signal.aborted) void running.get(entry.id)?.drop('The caller went away.')
      const { status: _, ...task } = toDetailedTask(entry, pollInterval, options.resultMeta)
      const created: TaskCreated = { ...task, resultType: 'task', status: 'working' }
      return created
    } catch (error) {
      work?.abort(error)
      throw error
    } finally {
      call.signal.removeEventListener('abort', leave)
      const left = (starting.get(owner) ?? 1) - 1
      if (left > 0) starting.set(owner, left)
      else starting.delete(owner)
    }
  }

  const newState = (tool: string): TaskState => {
    const now = Date.now()
    return { tool, createdAt: now, updatedAt: now, deadline: now + ttl, usedKeys: [], phase: working() }
  }

  return {
    run,
    resume: (id, call, params, next) =>
      follow(id, begin(call, { ...params, arguments: copy(params.arguments) }, next), params),
    cancel,
    isRunning: (id) => running.has(id),
    working,
    fault,
    close: async () => {
      await Promise.all([...running.values()].map(({ drop }) => drop('The server was shut down.')))
    },
  }
}

/** The longest wait that timers know. */
const FOREVER = 2_147_483_647

/** What is left of arguments after a journey as JSON. */
const copy = (given: CallToolParams['arguments'] = {}): NonNullable<CallToolParams['arguments']> =>
  JSON.parse(JSON.stringify(given)) as NonNullable<CallToolParams['arguments']>

const isUnwanted = ({ phase }: TaskState): boolean => phase.status !== 'working' || phase.cancelling === true

function describeProgress({ progress, total, message }: Progress): Partial<TaskState> {
  const said = message ?? (total === undefined ? `${progress}` : `${progress} of ${total}`)
  return { message: said.slice(0, MAX_MESSAGE), progress: { progress, total } }
}

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
