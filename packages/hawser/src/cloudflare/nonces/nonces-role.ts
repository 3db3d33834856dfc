import type { Role } from '../role.ts'

/** Values that one object holds. */
const MAX_VALUES = 100_000
/** Milliseconds that values are kept together after they are over, so that they are forgotten together. */
const TOGETHER = 60_000

/** What other instances ask of an object that notes what was used. */
export interface NoncesMethods {
  readonly use: (value: string, until: number) => boolean
  readonly [method: string]: (...args: never[]) => unknown
}

export const noncesRole: Role = {
  schema: [
    `CREATE TABLE nonces (value TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     CREATE INDEX nonces_by_time ON nonces (until);`,
  ],
  start: ({ storage: { sql } }) => {
    const size = (): number => Number(sql.exec('SELECT count(*) AS n FROM nonces').toArray()[0]?.['n'])
    let count = size()
    const methods: NoncesMethods = {
      use: (value, until) => {
        if (sql.exec('SELECT 1 FROM nonces WHERE value = ?', value).toArray().length > 0) return false
        // Without a note of it nothing could tell the second use from the first.
        if (count >= MAX_VALUES) throw new Error(`This object holds ${count} values that are not over yet.`)
        sql.exec('INSERT INTO nonces VALUES (?, ?)', value, until)
        count++
        return true
      },
    }
    return {
      methods,
      nextWake: () => {
        const first = sql.exec('SELECT min(until) AS at FROM nonces').toArray()[0]?.['at']
        return typeof first === 'number' ? first + TOGETHER : undefined
      },
      wake: (now) => {
        sql.exec('DELETE FROM nonces WHERE until <= ?', now)
        count = size()
      },
    }
  },
}
