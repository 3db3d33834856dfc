/**
 * The part of the Workers runtime that this room uses. Declared here, since the types of the whole runtime would change the
 * globals of every program that imports this package.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/
 */

/** What a handler of a Worker is given beside the request. */
export interface ExecutionContext {
  /** Keeps the invocation alive until the promise settles, for 30 seconds after the answer at most. */
  readonly waitUntil: (promise: Promise<unknown>) => void
}

export type SqlValue = string | number | null | ArrayBuffer

export interface SqlStorage {
  readonly exec: (query: string, ...bindings: readonly SqlValue[]) => SqlCursor
}

export interface SqlCursor {
  readonly toArray: () => readonly Readonly<Record<string, SqlValue>>[]
  readonly rowsWritten: number
}

export interface ObjectStorage {
  readonly sql: SqlStorage
  /** Rolls back when the callback throws; it must not wait. */
  readonly transactionSync: <T>(callback: () => T) => T
  readonly getAlarm: () => Promise<number | null>
  /** Milliseconds since 1970. Takes the place of the one that is set. */
  readonly setAlarm: (at: number) => Promise<void>
  readonly deleteAlarm: () => Promise<void>
  readonly deleteAll: () => Promise<void>
}

/** A WebSocket of this runtime: one that an object accepted stays open while the object is not in memory. */
export interface RuntimeSocket extends EventTarget {
  readonly accept: () => void
  readonly send: (message: string) => void
  readonly close: (code?: number, reason?: string) => void
  /** At most 16 384 bytes, kept while the object is not in memory. */
  readonly serializeAttachment: (value: unknown) => void
  readonly deserializeAttachment: () => unknown
}

/** What a Durable Object is given. */
export interface ObjectState {
  readonly id: { readonly name?: string | undefined }
  readonly storage: ObjectStorage
  readonly waitUntil: (promise: Promise<unknown>) => void
  readonly blockConcurrencyWhile: <T>(callback: () => Promise<T>) => Promise<T>
  readonly acceptWebSocket: (socket: RuntimeSocket) => void
  readonly getWebSockets: () => readonly RuntimeSocket[]
  readonly setWebSocketAutoResponse: (pair: object) => void
}

/** A binding of Durable Objects. */
export interface ObjectNamespace<Stub> {
  readonly getByName: (name: string) => Stub
}

/** An answer that may carry a socket. */
export interface UpgradeResponse {
  readonly status: number
  readonly webSocket?: RuntimeSocket | null | undefined
}
