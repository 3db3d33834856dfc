import { type Call, type Handle, ProtocolError, type Reply, reportInternal, whenExpired } from '../../call/index.ts'
import type { Notification } from '../../protocol/index.ts'
import type { ExtendedServer } from '../../server/index.ts'
import { requireDeclared } from './declared.ts'
import type { Desk } from './desk.ts'
import type { Ledger } from './ledger.ts'
import type { Runner } from './runner.ts'
import { type Entry, isDone, toDetailedTask } from './state.ts'

/** Subscriptions with tasks that one server holds open, and tasks that one may name. */
const MAX_LISTENERS = 1024
const MAX_IDS = 100

export interface TaskListening {
  readonly listen: (call: Call<'subscriptions/listen'>, next: Handle) => Promise<Reply>
  readonly close: () => void
}

export interface TaskListeningOptions {
  readonly server: ExtendedServer
  readonly desk: Desk
  readonly ledger: Ledger
  readonly runner: Runner
  readonly pollInterval: number
}

/**
 * Adds tasks to subscriptions. The caller is told of each task's present state, then of every change, and the part of the
 * subscription that is about tasks is over when all of them are. (tasks#task-status-notifications)
 */
export function createTaskListening(options: TaskListeningOptions): TaskListening {
  const { desk, runner, ledger, server, pollInterval } = options
  const open = new Set<() => void>()

  const findAll = async (call: Call, ids: readonly string[]): Promise<Map<string, Entry>> => {
    const found = new Map<string, Entry>()
    for (const id of new Set(ids)) {
      const entry = await desk.look(call, id)
      if (entry === undefined) continue
      await desk.admit(call, entry)
      found.set(id, entry)
    }
    return found
  }

  /** Resolves when every task is done, or on `end`. */
  const tell = async (call: Call, tasks: Map<string, Entry>, ended: Promise<void>): Promise<void> => {
    const over = Promise.withResolvers<void>()
    const deliver = (entry: Entry): void => {
      const known = tasks.get(entry.id)
      if (known === undefined || known.version >= entry.version) return
      tasks.set(entry.id, entry)
      show(entry)
    }
    const show = (entry: Entry): void => {
      try {
        const params = toDetailedTask(entry, pollInterval, {})
        call.notify({ method: 'notifications/tasks', params })
      } catch (error) {
        // The fault of this listener, not of whoever changed the task.
        reportInternal(error, server.log, { method: call.method })
        over.resolve()
      }
      if (isDone(entry.state)) tasks.delete(entry.id)
      if (tasks.size === 0) over.resolve()
    }
    const stops = [...tasks.keys()].map((id) => ledger.watch(id, deliver))
    // What changes in other processes, or by the passing of time, is not announced by anybody.
    const poll = async (): Promise<void> => {
      for (const id of [...tasks.keys()].filter((each) => !runner.isRunning(each))) {
        const entry = await desk.look(call, id)
        if (entry === undefined) tasks.delete(id)
        else deliver(entry)
      }
      if (tasks.size === 0) over.resolve()
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    const schedule = (): void => {
      timer = setTimeout(() => {
        poll()
          .then(schedule, (error: unknown) => {
            reportInternal(error, server.log, { method: call.method })
            over.resolve()
          })
          .catch(() => {})
      }, pollInterval)
    }
    schedule()
    try {
      for (const entry of tasks.values()) show(entry)
      await Promise.race([over.promise, ended])
    } finally {
      tasks.clear()
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }

  const listen: TaskListening['listen'] = async (call, next) => {
    const { taskIds, ...others } = call.params.notifications
    if (taskIds === undefined) return next(call)
    requireDeclared(call, 'Changes of tasks cannot be told.')
    checkIds(taskIds)
    if (open.size >= MAX_LISTENERS) {
      throw new ProtocolError(
        'internal_error',
        `This server holds ${MAX_LISTENERS} subscriptions already. Try again later.`,
      )
    }
    const ended = Promise.withResolvers<void>()
    const acknowledged = Promise.withResolvers<void>()
    open.add(ended.resolve)
    call.signal.addEventListener('abort', () => ended.resolve(), { once: true })
    if (call.signal.aborted) ended.resolve()
    const stay = whenExpired(call.principal, ended.resolve)
    try {
      const tasks = await findAll(call, taskIds)
      const agreed = [...tasks.keys()]
      const notify = (notification: Notification): void => {
        if (notification.method !== 'notifications/subscriptions/acknowledged') return call.notify(notification)
        const notifications = { ...notification.params?.notifications, ...(agreed.length > 0 && { taskIds: agreed }) }
        call.notify({ ...notification, params: { ...notification.params, notifications } })
        acknowledged.resolve()
      }
      const rest = next({ ...call, params: { ...call.params, notifications: others }, notify })
      const told = Promise.race([acknowledged.promise, rest]).then(() =>
        tasks.size === 0 ? undefined : tell(call, tasks, ended.promise),
      )
      // A refusal ends it at once: then nothing is acknowledged.
      const [reply] = await Promise.all([rest, told])
      return reply
    } finally {
      ended.resolve()
      stay()
      open.delete(ended.resolve)
    }
  }
  return {
    listen,
    close: () => {
      for (const end of open) end()
    },
  }
}

function checkIds(ids: unknown): void {
  if (Array.isArray(ids) && ids.length <= MAX_IDS && ids.every((id) => typeof id === 'string')) return
  throw new ProtocolError('invalid_params', `params.notifications.taskIds must be a list of at most ${MAX_IDS} strings`)
}
