/**
 * The part of the Workers runtime that this room uses, as methods, since they want their `this`. Declared here, since the types of the whole runtime would change the
 * globals of every program that imports this package.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/
 */

/** What a handler of a Worker is given beside the request. */
export interface ExecutionContext {
  /** Keeps the invocation alive until the promise settles, for 30 seconds after the answer at most. */
  waitUntil(promise: Promise<unknown>): void
}

export type SqlValue = string | number | null | ArrayBuffer

export interface SqlStorage {
  exec(query: string, ...bindings: readonly SqlValue[]): SqlCursor
}

export interface SqlCursor {
  toArray(): readonly Readonly<Record<string, SqlValue>>[]
}

export interface ObjectStorage {
  readonly sql: SqlStorage
  /** Rolls back when the callback throws; it must not wait. */
  transactionSync<T>(callback: () => T): T
  getAlarm(): Promise<number | null>
  /** Milliseconds since 1970. Takes the place of the one that is set. */
  setAlarm(at: number): Promise<void>
  /** Leaves nothing that would have to be paid for. */
  deleteAll(): Promise<void>
}

/** A WebSocket of this runtime: one that an object accepted stays open while the object is not in memory. */
export interface RuntimeSocket extends EventTarget {
  accept(): void
  send(message: string): void
  close(code?: number, reason?: string): void
  /** At most 16 384 bytes, kept while the object is not in memory. */
  serializeAttachment(value: unknown): void
  deserializeAttachment(): unknown
}

/** What a Durable Object is given. */
export interface ObjectState {
  readonly id: { readonly name?: string | undefined }
  readonly storage: ObjectStorage
  acceptWebSocket(socket: RuntimeSocket): void
  getWebSockets(): readonly RuntimeSocket[]
}

/** An answer that may carry a socket. */
export interface UpgradeResponse {
  readonly status: number
  readonly webSocket?: RuntimeSocket | null | undefined
}

/** What a Queue brings. */
export interface QueueMessage {
  readonly id: string
  readonly timestamp: Date
  readonly body: unknown
  /** 1 for the first time that it is brought. */
  readonly attempts: number
  /** It is not brought again, whatever becomes of the others. */
  ack(): void
  retry(options?: { readonly delaySeconds?: number }): void
}

/** What a Queue brings at once. */
export interface MessageBatch {
  readonly queue: string
  readonly messages: readonly QueueMessage[]
}

/** A bucket of R2. */
export interface Bucket {
  get(key: string): Promise<{ text(): Promise<string> } | null>
  head(key: string): Promise<object | null>
  put(
    key: string,
    value: string,
    options?: { readonly httpMetadata?: { readonly contentType?: string } },
  ): Promise<unknown>
}
