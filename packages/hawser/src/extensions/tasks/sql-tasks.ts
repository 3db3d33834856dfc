import { createRoom, type Sql } from '../../call/index.ts'
import type { StoredTask } from './store.ts'

/** SQL by version. One that was released is never edited; the first may run again. */
export const TASKS_VERSIONS: readonly string[] = [
  `
  CREATE TABLE IF NOT EXISTS tasks (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS tasks_by_owner ON tasks (owner, expires_at);
  CREATE INDEX IF NOT EXISTS tasks_by_expiry ON tasks (expires_at);
`,
]

const REPLACE = `
  UPDATE tasks SET version = ?, expires_at = ?, body = ? WHERE id = ? AND version = ? AND expires_at > ? RETURNING id`

/** Takes whoever worked on a task for dead: for a place that knows that nobody does. */
export function endLease({ all }: Sql, id: string): void {
  all(
    `
    UPDATE tasks SET version = version + 1, body = json_set(body, '$.phase.aliveUntil', 0)
    WHERE id = ? AND json_extract(body, '$.phase.status') = 'working' AND body ->> '$.phase.aliveUntil' IS NOT 0`,
    id,
  )
}

/** A `TaskStore` that answers at once. */
export interface SqlTasks {
  readonly create: (task: StoredTask, most: number) => boolean
  readonly read: (id: string) => StoredTask | undefined
  readonly replace: (task: StoredTask) => boolean
  readonly count: (owner: string) => number
}

/** Keeps tasks in tables of `TASKS_VERSIONS`. */
export function createSqlTasks(open: () => Sql, maxTasks: number): SqlTasks {
  const count = (owner: string): number => {
    const [row] = open().all('SELECT count(*) AS n FROM tasks WHERE owner = ? AND expires_at > ?', owner, Date.now())
    return Number(row?.['n'])
  }
  const hasRoom = createRoom(() => Number(open().all('SELECT count(*) AS n FROM tasks')[0]?.['n']), maxTasks)
  return {
    create: ({ id, owner, version, expiresAt, body }, most) => {
      const { all, transaction } = open()
      return transaction(() => {
        all('DELETE FROM tasks WHERE expires_at <= ?', Date.now())
        if (count(owner) >= most || !hasRoom()) return false
        all('INSERT INTO tasks VALUES (?, ?, ?, ?, ?)', id, owner, version, expiresAt, body)
        return true
      })
    },
    read: (id) => {
      const [row] = open().all('SELECT * FROM tasks WHERE id = ? AND expires_at > ?', id, Date.now())
      return row && toTask(row)
    },
    replace: ({ id, version, expiresAt, body }) =>
      open().all(REPLACE, version, expiresAt, body, id, version - 1, Date.now()).length === 1,
    count,
  }
}

function toTask(row: Readonly<Record<string, unknown>>): StoredTask {
  return {
    id: String(row['id']),
    owner: String(row['owner']),
    version: Number(row['version']),
    expiresAt: Number(row['expires_at']),
    body: String(row['body']),
  }
}
