/** What a victim that is a client is told to do. */
export interface ClientTask {
  /** A URL, or the arguments of a program that Node runs. */
  readonly target: string | readonly string[]
  readonly ask: 'list' | 'call' | 'read' | 'discover' | 'listen' | 'idle'
  /** Milliseconds: without an answer, in all, and until the victim closes by itself in `idle` and `listen`. */
  readonly timeout?: number
  readonly maxTimeout?: number
  readonly stayMs?: number
  /** Calls on the same connection afterwards, to see that it still serves. */
  readonly after?: number
}

/** How it went. */
export interface ClientReport {
  readonly error?: { readonly name: string; readonly code: string; readonly message: string }
  readonly answer?: string
  /** What the calls afterwards said: text, or the code of an error. */
  readonly after: readonly string[]
  readonly tookMs: number
  readonly closeMs: number
  readonly memory: Memory
  readonly neighbour: Neighbour
}

/** Resident memory, in MiB. */
export interface Memory {
  readonly before: number
  /** The most that it ever was. */
  readonly peak: number
}

/** What another connection of the same process met meanwhile. */
export interface Neighbour {
  readonly calls: number
  readonly failures: readonly string[]
  readonly worstMs: number
}
