import type { HostedTasks, PackedCall, PackedReply } from '../../extensions/tasks/index.ts'
import { createSqlTasks, endLease, type SqlTasks, TASKS_VERSIONS } from '../../extensions/tasks/sql-tasks.ts'
import { objectSql } from '../object-sql.ts'
import type { Role } from '../role.ts'
import { findServer } from './hosted-servers.ts'
import { prefixOf } from './shard.ts'

/** Tasks that one object holds. */
const MAX_TASKS = 100_000
/** Milliseconds between alarms while something is worked on: an object that nothing comes to is given up after about a minute. */
const AWAKE = 10_000

/** What other instances ask of an object that holds tasks. */
export interface TasksMethods extends SqlTasks {
  readonly answer: (server: string, call: PackedCall) => Promise<PackedReply>
  readonly [method: string]: (...args: never[]) => unknown
}

/** Holds tasks and works on them. Work ends with the memory of the object; what waits for an answer goes on. */
export const tasksRole: Role = {
  schema: TASKS_VERSIONS,
  start: ({ storage }, env) => {
    const sql = objectSql(storage)
    const store = createSqlTasks(() => sql, MAX_TASKS)
    const hosted = new Map<string, HostedTasks>()
    /** Work is done in this object alone: what is not under way in its memory is not under way. */
    const endIfLost = (id: unknown): void => {
      if (typeof id !== 'string' || [...hosted.values()].some(({ isRunning }) => isRunning(id))) return
      endLease(sql, id)
    }

    const serve = (server: string): HostedTasks => {
      const known = hosted.get(server)
      if (known !== undefined) return known
      const begun = findServer(server)({ ...store, prefixOf })
      hosted.set(server, begun)
      return begun
    }
    const methods: TasksMethods = {
      ...store,
      read: (id) => {
        endIfLost(id)
        return store.read(id)
      },
      answer: (server, call) => {
        const { taskId } = call.params as { readonly taskId?: unknown }
        endIfLost(taskId)
        return serve(server).answer(call, env)
      },
    }
    return {
      methods,
      nextWake: () => {
        const isBusy = [...hosted.values()].some((each) => each.isBusy())
        const first = sql.all('SELECT min(expires_at) AS at FROM tasks')[0]?.['at']
        const expiry = typeof first === 'number' ? first : Infinity
        const next = isBusy ? Math.min(expiry, Date.now() + AWAKE) : expiry
        return next === Infinity ? undefined : next
      },
      wake: (now) => void sql.all('DELETE FROM tasks WHERE expires_at <= ?', now),
    }
  },
}
