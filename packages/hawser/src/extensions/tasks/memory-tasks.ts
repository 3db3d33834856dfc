import type { StoredTask, TaskStore } from './store.ts'

/** Bounds of a store in memory. */
export interface MemoryTasksOptions {
  /** Most tasks of all callers together; 10 000 when left out. */
  readonly maxTasks?: number | undefined
  /** Most UTF-16 units that they take together; 64 Mi when left out. */
  readonly maxChars?: number | undefined
}

/**
 * Keeps tasks in the memory of this process: right for stdio, and where a task may end with its server.
 *
 * @throws RangeError for bounds that are not more than 0.
 * @example
 * export default films.server({ tools: { render }, use: [tasks({ store: memoryTasks() })] })
 */
export function memoryTasks({ maxTasks = 10_000, maxChars = 67_108_864 }: MemoryTasksOptions = {}): TaskStore {
  for (const [name, value] of Object.entries({ maxTasks, maxChars })) {
    if (!(value > 0)) throw new RangeError(`${name} must be more than 0; it is ${value}.`)
  }
  const tasks = new Map<string, StoredTask>()
  let chars = 0

  const forget = (task: StoredTask): void => {
    tasks.delete(task.id)
    chars -= task.body.length
  }
  const forgetExpired = (): void => {
    const now = Date.now()
    for (const task of tasks.values()) if (task.expiresAt <= now) forget(task)
  }
  const count = (owner: string): number => {
    forgetExpired()
    let found = 0
    for (const task of tasks.values()) if (task.owner === owner) found++
    return found
  }
  const read = (id: string): StoredTask | undefined => {
    const task = tasks.get(id)
    if (task === undefined || task.expiresAt > Date.now()) return task
    forget(task)
    return undefined
  }

  return {
    create: (task, most) => {
      const hasRoom = count(task.owner) < most && tasks.size < maxTasks && chars + task.body.length <= maxChars
      if (!hasRoom || tasks.has(task.id)) return false
      tasks.set(task.id, task)
      chars += task.body.length
      return true
    },
    read,
    replace: (task) => {
      const known = read(task.id)
      if (known?.version !== task.version - 1) return false
      const growth = task.body.length - known.body.length
      if (growth > 0 && chars + growth > maxChars) throw new Error(`The tasks take more than ${maxChars} characters.`)
      tasks.set(task.id, task)
      chars += growth
      return true
    },
    count,
  }
}
