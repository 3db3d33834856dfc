import type { TaskStore } from '../../extensions/tasks/index.ts'
import { openObjects } from '../objects.ts'
import { unavailable } from '../unavailable.ts'
import { registerServer } from './hosted-servers.ts'
import { prefixOf, shardOf } from './shard.ts'
import type { TasksMethods } from './tasks-role.ts'

/** Where tasks are kept and worked on. */
export interface DurableTasksOptions {
  /** The binding of `HawserObject`. */
  readonly binding: string
}

/**
 * Keeps tasks in Durable Objects and works on them there, so that work outlives the request that began it: all tasks of one caller are
 * in one object. Interceptors that hand on values stand behind `tasks()`, since these do not travel.
 *
 * @throws TypeError when there is no such binding, with the lines that make one, or when two servers of one name have durable tasks.
 * @example
 * export default worker(films.server({ tools: { render }, use: [tasks({ store: durableTasks({ binding: 'HAWSER' }) })] }))
 * @see tasks
 */
export function durableTasks({ binding }: DurableTasksOptions): TaskStore {
  const objects = openObjects<TasksMethods>(binding, 'tasks', 'durableTasks', ['read', 'count'])
  return {
    isShared: true,
    prefixOf,
    create: (task, most) => objects.call(prefixOf(task.owner), 'create', task, most),
    read: async (id) => {
      const shard = shardOf(id)
      return shard === undefined ? undefined : objects.call(shard, 'read', id)
    },
    replace: (task) => objects.call(prefixOf(task.owner), 'replace', task),
    count: (owner) => objects.call(prefixOf(owner), 'count', owner),
    host: {
      register: registerServer,
      send: async (server, owner, call) => {
        try {
          return await objects.call(prefixOf(owner), 'answer', server, call)
        } catch (cause) {
          throw unavailable('Tasks cannot be reached now. Try again later.', cause)
        }
      },
    },
  }
}
