import type { TaskStore } from '../extensions/tasks/index.ts'
import { createSqlTasks, TASKS_VERSIONS } from '../extensions/tasks/sql-tasks.ts'
import type { Schema } from './schema-version.ts'
import { createSqlFile } from './sql-file.ts'

/** A `TaskStore` in a file. */
export interface SqliteTasks extends TaskStore, Disposable {
  /** Closes the file, which the next task opens again. */
  readonly close: () => void
}

/** Bounds of a store in a file. */
export interface SqliteTasksOptions {
  /** Most tasks of all callers together; 100 000 when left out. */
  readonly maxTasks?: number | undefined
}

const SCHEMA: Schema = { kind: 'tasks', applicationId: 0x68_77_74_6b, versions: TASKS_VERSIONS }

/**
 * Keeps tasks in a SQLite file, so that they outlive the process: what was created or finished is on the disk before
 * anybody is told. Processes and threads of one machine may share the file. It is opened by the first task, not before.
 *
 * @param path The file; its folder must exist. Only its owner may read it.
 * @throws RangeError for a bound that is not more than 0. Its methods throw the errors of `node:sqlite`.
 * @example
 * export default films.server({ tools: { render }, use: [tasks({ store: sqliteTasks('tasks.db') })] })
 * @see https://nodejs.org/api/sqlite.html, which Node has without a flag since 22.13
 */
export function sqliteTasks(path: string, { maxTasks = 100_000 }: SqliteTasksOptions = {}): SqliteTasks {
  if (!(maxTasks > 0)) throw new RangeError(`maxTasks must be more than 0; it is ${maxTasks}.`)
  const { open, close } = createSqlFile(path, SCHEMA)
  return { isShared: true, ...createSqlTasks(open, maxTasks), close, [Symbol.dispose]: close }
}
