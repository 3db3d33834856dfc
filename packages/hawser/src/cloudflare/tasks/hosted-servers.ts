import { workers } from '#workers'
import type { HostedTasks, TaskStore } from '../../extensions/tasks/index.ts'

export type Begin = (store: TaskStore) => HostedTasks

/** The servers of this Worker whose tasks are worked on in objects: an object is of the same module, and finds them here. */
const servers = new Map<string, Begin>()

/** @throws TypeError when there are two servers of that name, since a task knows its server by it. */
export function registerServer(name: string, begin: Begin): void {
  if (workers.env === undefined) return
  if (servers.has(name))
    throw new TypeError(`Two servers with durable tasks are called "${name}". Give each a name of its own.`)
  servers.set(name, begin)
}

/** @throws Error when this Worker has no such server any more. */
export function findServer(name: string): Begin {
  const begin = servers.get(name)
  if (begin === undefined) throw new Error(`This Worker has no server called "${name}" with durable tasks.`)
  return begin
}
