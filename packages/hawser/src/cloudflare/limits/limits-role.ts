import { type Bucket, fullAt, type Rate, takeCall } from '../../interceptors/bucket.ts'
import type { Role } from '../role.ts'

/** Buckets that one object holds. Beyond it the one goes that would be full soonest. */
const MAX_BUCKETS = 10_000
/** Milliseconds that buckets are kept together after they are full, so that they are forgotten together. */
const TOGETHER = 60_000

/** What other instances ask of an object that counts. */
export interface LimitsMethods {
  readonly take: (key: string, rate: Rate) => number
  readonly [method: string]: (...args: never[]) => unknown
}

/** Counts calls. A call that is refused writes nothing, so that a flood costs no storage. */
export const limitsRole: Role = {
  schema: [
    `CREATE TABLE buckets (key TEXT PRIMARY KEY, calls REAL NOT NULL, filled_at INTEGER NOT NULL, full_at INTEGER NOT NULL)
       STRICT, WITHOUT ROWID;
     CREATE INDEX buckets_by_time ON buckets (full_at);`,
  ],
  start: ({ storage: { sql } }) => {
    let count = Number(sql.exec('SELECT count(*) AS n FROM buckets').toArray()[0]?.['n'])

    const read = (key: string): Bucket | undefined => {
      const [row] = sql.exec('SELECT calls, filled_at FROM buckets WHERE key = ?', key).toArray()
      return row && { calls: Number(row['calls']), filledAt: Number(row['filled_at']) }
    }
    const makeRoom = (): void => {
      if (count++ < MAX_BUCKETS) return
      sql.exec('DELETE FROM buckets WHERE key = (SELECT key FROM buckets ORDER BY full_at LIMIT 1)')
      count--
    }
    const methods: LimitsMethods = {
      take: (key, rate) => {
        const known = read(key)
        const { bucket, wait } = takeCall(known, rate, Date.now())
        if (wait > 0) return wait
        if (known === undefined) makeRoom()
        const full = Math.ceil(fullAt(bucket, rate))
        sql.exec('REPLACE INTO buckets VALUES (?, ?, ?, ?)', key, bucket.calls, bucket.filledAt, full)
        return 0
      },
    }
    return {
      methods,
      nextWake: () => {
        const first = sql.exec('SELECT min(full_at) AS at FROM buckets').toArray()[0]?.['at']
        return typeof first === 'number' ? first + TOGETHER : undefined
      },
      wake: (now) => {
        sql.exec('DELETE FROM buckets WHERE full_at <= ?', now)
        count = Number(sql.exec('SELECT count(*) AS n FROM buckets').toArray()[0]?.['n'])
      },
    }
  },
}
