import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { StoredTask, TaskStore } from '../extensions/tasks/index.ts'
import { inTransaction, openOnUse, openSqlite } from './open-sqlite.ts'
import type { Schema } from './schema-version.ts'

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

const TABLES = `
  CREATE TABLE IF NOT EXISTS tasks (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS tasks_by_owner ON tasks (owner, expires_at);
  CREATE INDEX IF NOT EXISTS tasks_by_expiry ON tasks (expires_at);
`

const SCHEMA: Schema = { kind: 'tasks', applicationId: 0x68_77_74_6b, versions: [TABLES] }

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
  const { open, close } = openOnUse(() => openFile(path))
  const count = (owner: string): number => Number(open().count.get(owner, Date.now())?.['n'])

  return {
    isShared: true,
    create: (task, most) => {
      const { database, forget, insert, total } = open()
      return inTransaction(database, () => {
        forget.run(Date.now())
        const hasRoom = count(task.owner) < most && Number(total.get()?.['n']) < maxTasks
        if (hasRoom) insert.run(task.id, task.owner, task.version, task.expiresAt, task.body)
        return hasRoom
      })
    },
    read: (id) => {
      const row = open().read.get(id, Date.now())
      return row && toTask(row)
    },
    replace: ({ id, version, expiresAt, body }) =>
      open().replace.run(version, expiresAt, body, id, version - 1, Date.now()).changes === 1,
    count,
    close,
    [Symbol.dispose]: close,
  }
}

interface Opened {
  readonly database: DatabaseSync
  readonly forget: StatementSync
  readonly insert: StatementSync
  readonly total: StatementSync
  readonly count: StatementSync
  readonly read: StatementSync
  readonly replace: StatementSync
}

function openFile(path: string): Opened {
  const database = openSqlite(path, SCHEMA)
  return {
    database,
    forget: database.prepare('DELETE FROM tasks WHERE expires_at <= ?'),
    insert: database.prepare('INSERT INTO tasks VALUES (?, ?, ?, ?, ?)'),
    total: database.prepare('SELECT count(*) AS n FROM tasks'),
    count: database.prepare('SELECT count(*) AS n FROM tasks WHERE owner = ? AND expires_at > ?'),
    read: database.prepare('SELECT * FROM tasks WHERE id = ? AND expires_at > ?'),
    replace: database.prepare(
      'UPDATE tasks SET version = ?, expires_at = ?, body = ? WHERE id = ? AND version = ? AND expires_at > ?',
    ),
  }
}

function toTask(row: Record<string, SQLOutputValue>): StoredTask {
  return {
    id: String(row['id']),
    owner: String(row['owner']),
    version: Number(row['version']),
    expiresAt: Number(row['expires_at']),
    body: String(row['body']),
  }
}
