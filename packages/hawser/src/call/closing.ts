/** What ends calls when it ends itself: an `AbortSignal` does, and a `Closing`. */
export interface Ending {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/**
 * Ends the calls of something that is closed, such as a client. An `AbortController` would do, but on Workers one belongs to the request in
 * which it was made, none can be made while a module loads, and clients of servers that are mounted outlive both.
 */
export class Closing implements Ending {
  readonly #listeners = new Set<() => void>()
  aborted = false
  reason: unknown

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.add(listener)
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.delete(listener)
  }

  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }
}
