import { type ProtocolError, unavailable as unavailableFor } from '../call/index.ts'

/** Milliseconds before somebody who failed is asked again. */
export const PAUSE_MS = 2_000

/** Nobody can tell now: not that the token is wrong, or clients would throw theirs away. */
export function unavailable(cause: unknown): ProtocolError {
  return unavailableFor('Who you are cannot be found out now. Try again later.', PAUSE_MS, cause)
}

/**
 * Asks at most once at a time, keeps the answer for a while, and leaves whoever failed alone for a moment, so that many callers
 * are no flood. Rejects with ProtocolError `unavailable`.
 */
export function createKept<T>(ask: () => Promise<T>, keepMs: number): () => Promise<T> {
  let kept: { readonly value: T; readonly until: number } | undefined
  let failed: { readonly error: ProtocolError; readonly until: number } | undefined
  let pending: Promise<T> | undefined

  const run = async (): Promise<T> => {
    try {
      const value = await ask()
      kept = { value, until: Date.now() + keepMs }
      return value
    } catch (cause) {
      failed = { error: unavailable(cause), until: Date.now() + PAUSE_MS }
      throw failed.error
    } finally {
      pending = undefined
    }
  }
  return async () => {
    const now = Date.now()
    if (kept !== undefined && now < kept.until) return kept.value
    if (failed !== undefined && now < failed.until) throw failed.error
    return (pending ??= run())
  }
}
