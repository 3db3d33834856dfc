import type { HostedTasks, PackedCall, PackedReply } from '../../extensions/tasks/index.ts'
import { tooLarge } from '../../extensions/tasks/conclude.ts'
import { createSqlTasks, endLease, type SqlTasks, TASKS_VERSIONS } from '../../extensions/tasks/sql-tasks.ts'
import { objectSql } from '../object-sql.ts'
import type { Role } from '../role.ts'
import { findServer } from './hosted-servers.ts'
import { prefixOf } from './shard.ts'

/** Tasks that one object holds. */
const MAX_TASKS = 100_000
/** Bytes of the body of a task: a row has two megabytes at most. */
const MAX_BYTES = 1_900_000
/** Characters of a reply that goes to a Worker as it is: 32 MiB of two bytes each, at most. */
const MAX_REPLY_CHARS = 15 * 1_048_576
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
      const begun = findServer(server)({ ...store, prefixOf, maxBytes: MAX_BYTES })
      hosted.set(server, begun)
      return begun
    }
    const methods: TasksMethods = {
      ...store,
      read: (id) => {
        endIfLost(id)
        return store.read(id)
      },
      answer: async (server, call) => {
        const { taskId } = call.params as { readonly taskId?: unknown }
        endIfLost(taskId)
        return fit(await serve(server).answer(call, env))
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

/** A reply that came at once, as a Worker can be handed it: what is larger would be lost, although its tool has run. */
function fit(packed: PackedReply): PackedReply {
  if (!('reply' in packed)) return packed
  const { length } = JSON.stringify(packed.reply)
  if (length <= MAX_REPLY_CHARS) return packed
  const { _meta } = packed.reply
  return { reply: { ...tooLarge({ length, most: MAX_REPLY_CHARS, unit: 'characters' }), _meta } }
}
