import { type Call, type Handle, ProtocolError, type Reply, reportInternal } from '../../call/index.ts'
import type { Notification } from '../../protocol/index.ts'
import type { ExtendedServer } from '../../server/index.ts'
import { createListeners } from '../../server/listeners.ts'
import { requireDeclared } from './declared.ts'
import { createGiveWay } from './give-way.ts'
import { createTaskWatch, type Sight, type TaskWatchOptions } from './watch-tasks.ts'

/** Tasks that one subscription may name. */
const MAX_IDS = 100

export interface TaskListening {
  readonly listen: (call: Call<'subscriptions/listen'>, next: Handle) => Promise<Reply>
  readonly close: () => void
}

export interface TaskListeningOptions extends Omit<TaskWatchOptions, 'log'> {
  readonly server: ExtendedServer
}

/**
 * Adds tasks to subscriptions. The caller is told of each task's present state, then of every change, and the part of the
 * subscription that is about tasks is over when all of them are. (tasks#task-status-notifications)
 */
export function createTaskListening({ server, ...options }: TaskListeningOptions): TaskListening {
  const { desk } = options
  const watch = createTaskWatch({ ...options, log: server.log })
  const giveWay = createGiveWay()
  const listeners = createListeners(server.grants)

  const findAll = async (call: Call, ids: readonly string[]): Promise<Map<string, Sight>> => {
    const found = new Map<string, Sight>()
    for (const id of new Set(ids)) {
      await giveWay()
      const entry = await desk.look(call, id)
      if (entry === undefined) continue
      await desk.admit(call, entry)
      found.set(id, watch.describe(entry))
    }
    return found
  }

  /** Resolves when every task is done, or on `ended`. */
  const tell = async (call: Call, found: Map<string, Sight>, ended: Promise<void>): Promise<void> => {
    const over = Promise.withResolvers<void>()
    const stops = new Map<string, () => void>()
    const leave = (id: string): void => {
      stops.get(id)?.()
      stops.delete(id)
      if (stops.size === 0) over.resolve()
    }
    const show = (id: string, { task, isDone }: Sight): void => {
      try {
        call.notify({ method: 'notifications/tasks', params: task })
      } catch (error) {
        // The fault of this listener, not of whoever changed the task.
        reportInternal(error, server.log, { method: call.method })
        over.resolve()
      }
      if (isDone) leave(id)
    }
    const follow = (id: string, { version }: Sight): void => {
      let last = version
      const stop = watch.add(id, version, (sight) => {
        if (sight === undefined) return leave(id)
        if (sight.version <= last) return
        last = sight.version
        show(id, sight)
      })
      stops.set(id, stop)
    }
    try {
      for (const [id, sight] of found) follow(id, sight)
      for (const [id, sight] of found) show(id, sight)
      // Results may be large, and the subscription long.
      found.clear()
      await Promise.race([over.promise, ended])
    } finally {
      for (const stop of stops.values()) stop()
    }
  }

  const listen: TaskListening['listen'] = async (call, next) => {
    const { taskIds, ...others } = call.params.notifications
    if (taskIds === undefined) return next(call)
    requireDeclared(call, 'Changes of tasks cannot be told.')
    checkIds(taskIds)
    const { ended, check, release } = listeners.take(call)
    const acknowledged = Promise.withResolvers<void>()
    try {
      if (check !== undefined) await check()
      const found = await findAll(call, taskIds)
      const agreed = [...found.keys()]
      const notify = (notification: Notification): void => {
        if (notification.method !== 'notifications/subscriptions/acknowledged') return call.notify(notification)
        const notifications = { ...notification.params?.notifications, ...(agreed.length > 0 && { taskIds: agreed }) }
        call.notify({ ...notification, params: { ...notification.params, notifications } })
        acknowledged.resolve()
      }
      const rest = next({ ...call, params: { ...call.params, notifications: others }, notify })
      const told = Promise.race([acknowledged.promise, rest]).then(() =>
        found.size === 0 ? undefined : tell(call, found, ended),
      )
      // A refusal ends it at once: then nothing is acknowledged.
      const [reply] = await Promise.all([rest, told])
      return reply
    } finally {
      release()
    }
  }
  return { listen, close: listeners.close }
}

function checkIds(ids: unknown): void {
  if (Array.isArray(ids) && ids.length <= MAX_IDS && ids.every((id) => typeof id === 'string')) return
  throw new ProtocolError('invalid_params', `params.notifications.taskIds must be a list of at most ${MAX_IDS} strings`)
}
