import type { ObjectStorage } from './runtime.ts'

/**
 * Brings the tables of an object to the newest version, all of it or nothing.
 *
 * @throws Error when a newer Worker has written them.
 */
export function migrate(storage: ObjectStorage, schema: readonly string[]): void {
  if (schema.length === 0) return
  const { sql } = storage
  storage.transactionSync(() => {
    sql.exec('CREATE TABLE IF NOT EXISTS hawser_schema (version INTEGER NOT NULL) STRICT')
    const [row] = sql.exec('SELECT version FROM hawser_schema').toArray()
    const version = Number(row?.['version'] ?? 0)
    if (version > schema.length) {
      const message = `What is stored here is of version ${version}; this Worker knows ${schema.length} at most.`
      throw new Error(`${message} Deploy the newer one again.`)
    }
    if (version === schema.length) return
    for (const step of schema.slice(version)) sql.exec(step)
    const remember = row === undefined ? 'INSERT INTO hawser_schema VALUES (?)' : 'UPDATE hawser_schema SET version = ?'
    sql.exec(remember, schema.length)
  })
}
