type Sync<T> = T | Promise<T>

/** An event of a stream, as it is kept for a reader who comes back. */
export interface KeptEvent {
  /** Grows with the events of one stream; numbers may be left out. */
  readonly sequence: number
  /** The JSON of one message. */
  readonly message: string
}

/** Keeps the events of streams for readers who come back after their connection broke. Each method is atomic. */
export interface EventStore {
  readonly append: (session: string, stream: number, event: KeptEvent) => Sync<void>
  /** What is kept of the events after `sequence`, oldest first. */
  readonly readAfter: (session: string, stream: number, sequence: number) => Sync<readonly KeptEvent[]>
  /** Drops every stream of a session that has ended. */
  readonly forget: (session: string) => Sync<void>
}

/**
 * Keeps what it takes to go on with a session when the process has forgotten it, where there is one place for each session. What is under
 * way is not kept.
 */
export interface SessionKeeper {
  /** What was saved of this session, if it has not been dropped. */
  readonly load: (session: string) => string | undefined
  readonly save: (session: string, text: string) => void
  readonly drop: (session: string) => void
}

/** How sessions are held, for clients that need one. */
export interface SessionOptions {
  /** Most sessions at once; 10 000 by default. Beyond it the one that has been idle for longest ends. */
  readonly max?: number | undefined
  /**
   * Most calls that all sessions have under way together; 10 000 by default. One session has 1024 at most, and one caller as
   * many as it leaves for others. What is beyond that is refused with `too_many_requests`.
   */
  readonly maxCalls?: number | undefined
  /** As `maxCalls`, for questions that clients have not answered yet: one session has 256 at most. */
  readonly maxQuestions?: number | undefined
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
  /** Names a new session, where its name says where it is; 122 random bits when left out. */
  readonly createId?: (() => string) | undefined
  /** Keeps sessions beyond the process; they end with it when left out. */
  readonly keeper?: SessionKeeper | undefined
}
