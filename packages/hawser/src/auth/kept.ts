import { type ProtocolError, unavailable as unavailableFor } from '../call/index.ts'

/** Milliseconds before somebody who failed is asked again. */
export const PAUSE_MS = 2_000

/** Nobody can tell now: not that the token is wrong, or clients would throw theirs away. */
export function unavailable(cause: unknown): ProtocolError {
  return unavailableFor('Who you are cannot be found out now. Try again later.', PAUSE_MS, cause)
}

/**
 * Milliseconds after which nobody joins those who wait for an answer: longer than any takes. In a Worker, what an invocation has begun
 * ends with it without a word.
 */
export const UNHEARD_MS = 20_000

/**
 * Asks at most once at a time, keeps the answer for a while, and leaves whoever failed alone for a moment, so that many callers
 * are no flood. Rejects with ProtocolError `unavailable`.
 *
 * @param keepMs How old an answer may be, unless the caller says less.
 */
export function createKept<T>(ask: () => Promise<T>, keepMs: number): (maxAgeMs?: number) => Promise<T> {
  let kept: { readonly value: T; readonly since: number } | undefined
  let failed: { readonly error: ProtocolError; readonly until: number } | undefined
  let asked: { readonly answer: Promise<T>; readonly since: number } | undefined

  const run = async (): Promise<T> => {
    try {
      const value = await ask()
      kept = { value, since: Date.now() }
      return value
    } catch (cause) {
      failed = { error: unavailable(cause), until: Date.now() + PAUSE_MS }
      throw failed.error
    } finally {
      asked = undefined
    }
  }
  return async (maxAgeMs = keepMs) => {
    const now = Date.now()
    if (kept !== undefined && now < kept.since + maxAgeMs) return kept.value
    if (failed !== undefined && now < failed.until) throw failed.error
    if (asked === undefined || now >= asked.since + UNHEARD_MS) asked = { answer: run(), since: now }
    return asked.answer
  }
}
