import { workers } from '#workers'
import type { Database } from '../sql/database.ts'
import { VERSIONS } from '../sql/schema.ts'
import { createSqlStore, type SqlStore } from '../sql/sql-store.ts'
import { objectDatabase } from './object-database.ts'
import type { ObjectState, ObjectStorage } from './runtime.ts'

/** The steps that an object takes when it is asked. */
export type Steps = Omit<SqlStore, 'hit' | 'nextExpiry' | 'place' | 'purge'>

/** What an object is told with every question, since it has no settings of its own. */
export interface Limits {
  /** How many objects share the work. */
  readonly shards: number
  readonly maxEntries: number
}

const META = 'CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;'
/** Milliseconds from a step that may have added something to a look at what has expired. */
const SWEEP = 600_000

/**
 * A Durable Object that holds a part of what `durableStore` keeps: some of the grants, of the sign-ins under way or of the
 * clients, or the signing keys. Each step is one transaction in its SQLite storage, and is answered when it is written: the
 * object may be restarted between any two.
 *
 * @example
 * // In the main module of the Worker.
 * export { OAuthObject } from '@hawser/oauth/cloudflare'
 */
export class OAuthObject extends workers.DurableObject {
  /** How the types of the runtime know a class whose objects can be called. */
  declare readonly __DURABLE_OBJECT_BRAND: never
  readonly #storage: ObjectStorage
  readonly #database: Database
  #store: { readonly maxEntries: number; readonly steps: SqlStore } | undefined
  #shards: number | undefined
  /** When the alarm goes off; `undefined` for never. */
  #alarmAt: number | undefined

  constructor(state: ObjectState, env: unknown) {
    super(state, env)
    this.#storage = state.storage
    this.#database = objectDatabase(state.storage)
    void state.blockConcurrencyWhile(async () => {
      this.#database.step(() => this.#upgrade())
      this.#alarmAt = (await this.#storage.getAlarm()) ?? undefined
    })
  }

  /**
   * Takes one step of the store.
   *
   * @throws Error when the store was begun with another number of objects, and the errors of the storage.
   */
  step(limits: Limits, name: string, given: readonly unknown[]): unknown {
    this.#checkShards(limits.shards)
    const steps = this.#open(limits.maxEntries)
    const run: unknown = Object.hasOwn(steps, name) ? steps[name as keyof SqlStore] : undefined
    if (typeof run !== 'function') throw new TypeError(`An OAuthObject has no step ${name}.`)
    const result: unknown = Reflect.apply(run, undefined, given)
    if (!name.startsWith('read')) this.#wakeAt(Date.now() + SWEEP)
    return result
  }

  /** Forgets what has expired. Going off twice, or late, does no harm: what has expired is found by nobody meanwhile. */
  alarm(): void {
    this.#alarmAt = undefined
    const now = this.now()
    const store = this.#open()
    store.purge(now)
    const next = store.nextExpiry()
    if (next !== undefined) this.#wakeAt(Date.now() + Math.max(SWEEP, next - now))
  }

  /** The time by which the alarm forgets. */
  protected now(): number {
    return Date.now()
  }

  #open(maxEntries = this.#store?.maxEntries ?? Infinity): SqlStore {
    if (this.#store?.maxEntries !== maxEntries) {
      this.#store = { maxEntries, steps: createSqlStore(this.#database, maxEntries) }
    }
    return this.#store.steps
  }

  #wakeAt(at: number): void {
    if (this.#alarmAt !== undefined && this.#alarmAt <= at) return
    this.#alarmAt = at
    // The step is done; the next one sets the alarm that this one could not.
    this.#storage.setAlarm(at).catch(() => (this.#alarmAt = undefined))
  }

  /** Brings the tables to the newest version. */
  #upgrade(): void {
    this.#storage.sql.exec(META)
    const version = this.#read('version') ?? 0
    if (version > VERSIONS.length) {
      throw new Error(
        `This object has version ${version} of its tables, and only ${VERSIONS.length} is known here: a newer release has written it. Deploy that one.`,
      )
    }
    for (const statements of VERSIONS.slice(version)) this.#storage.sql.exec(statements)
    if (version < VERSIONS.length) this.#write('version', VERSIONS.length)
  }

  #read(key: string): number | undefined {
    const row = this.#database.prepare('SELECT value FROM meta WHERE key = ?').get(key)
    return row && Number(row['value'])
  }

  #write(key: string, value: number): void {
    this.#database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value)
  }

  /** Names say in which of how many objects a thing lies: with another number it would be looked for elsewhere. */
  #checkShards(shards: number): void {
    if (this.#shards === undefined) {
      const known = this.#read('shards')
      if (known === undefined) this.#write('shards', shards)
      this.#shards = known ?? shards
    }
    if (this.#shards === shards) return
    throw new Error(
      `This store was begun with ${this.#shards} shards, and is asked with ${shards}. The number cannot be changed; say shards: ${this.#shards}, or choose another name to begin an empty store.`,
    )
  }
}
