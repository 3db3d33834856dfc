type Sync<T> = T | Promise<T>

/** An event of a stream, as it is kept for a reader who comes back. */
export interface KeptEvent {
  /** Counts the events of one stream from 1. */
  readonly sequence: number
  /** The JSON of one message; empty for an event that only marks a place. */
  readonly message: string
}

/**
 * Keeps the events of streams for readers who come back after their connection broke. Each method is atomic. The key of a
 * stream begins with that of its session, so that no session can read what belongs to another.
 */
export interface EventStore {
  readonly append: (session: string, stream: number, event: KeptEvent) => Sync<void>
  /** Events after `sequence`, oldest first; `undefined` when the stream is unknown or some of them are gone. */
  readonly readAfter: (session: string, stream: number, sequence: number) => Sync<readonly KeptEvent[] | undefined>
  /** Drops every stream of a session that has ended. */
  readonly forget: (session: string) => Sync<void>
}

/** How sessions are held, for clients that need one. */
export interface SessionOptions {
  /** Most sessions at once; 10 000 by default. Beyond it the one that has been idle for longest ends. */
  readonly max?: number | undefined
  /** Milliseconds without a request or an open stream after which a session ends; 30 minutes by default. */
  readonly idleMs?: number | undefined
  /** Milliseconds that a client whose stream broke off is asked to wait before it comes back; 1000 by default. */
  readonly retryMs?: number | undefined
  /**
   * Milliseconds after which the connection of a stream is closed although its call goes on, so that no proxy cuts it; the
   * client comes back for the rest. Never by default.
   */
  readonly connectionMs?: number | undefined
  /** Where events wait for clients that come back; in memory, bounded, by default. */
  readonly events?: EventStore | undefined
}
