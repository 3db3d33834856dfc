/**
 * The part of the Workers runtime that this room uses. Declared here, since the types of the whole runtime would change the
 * globals of every program that imports this package.
 *
 * @see https://developers.cloudflare.com/durable-objects/api/
 */

export type SqlValue = string | number | null

export interface SqlCursor {
  readonly toArray: () => readonly Readonly<Record<string, unknown>>[]
}

export interface ObjectStorage {
  readonly sql: { readonly exec: (query: string, ...values: readonly SqlValue[]) => SqlCursor }
  /** Undone when the callback throws; it must not wait. */
  readonly transactionSync: <T>(callback: () => T) => T
  readonly getAlarm: () => Promise<number | null>
  /** Milliseconds since 1970. Takes the place of the one that is set. */
  readonly setAlarm: (at: number) => Promise<void>
}

/** What a Durable Object is given. */
export interface ObjectState {
  readonly storage: ObjectStorage
  readonly blockConcurrencyWhile: <T>(callback: () => Promise<T>) => Promise<T>
}

/** Where an object is made that is not there yet. */
export interface ObjectPlace {
  readonly locationHint?: string | undefined
}

/** A binding of Durable Objects. */
export interface ObjectNamespace<Stub> {
  /** A keyed hash of the name, whose key is the namespace's own. */
  readonly idFromName: (name: string) => { readonly toString: () => string }
  readonly getByName: (name: string, place?: ObjectPlace) => Stub
  readonly jurisdiction: (name: string) => ObjectNamespace<Stub>
}
