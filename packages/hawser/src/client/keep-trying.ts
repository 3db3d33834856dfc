import { type Backoff, backoff, ConnectionError, pause, ProtocolError, retryAfterOf } from '../call/index.ts'

/** Half a second at first, a minute at most. */
const WAIT: Backoff = { first: 500, longest: 60_000 }

/** Milliseconds after which a connection was a good one, so that the next failure is the first of its kind. */
const STEADY = 30_000

export interface Trying {
  /** Attempts in a row after the first success. */
  readonly attempts: number
  readonly signal: AbortSignal
}

/**
 * Holds something open: when it is lost after it was open once, it is opened again, with more time between attempts that
 * fail. A first attempt that fails is not repeated.
 *
 * @throws whatever the last attempt throws; ConnectionError when the signal fires in between.
 */
export async function keepTrying(
  open: (onOpen: () => void) => Promise<void>,
  { attempts, signal }: Trying,
): Promise<void> {
  let wasOpen = false
  for (let failures = 0; ;) {
    let openedAt = Infinity
    try {
      return await open(() => {
        wasOpen = true
        openedAt = performance.now()
      })
    } catch (error) {
      if (performance.now() - openedAt > STEADY) failures = 0
      if (signal.aborted || !wasOpen || !isLoss(error) || ++failures > attempts) throw error
      await pause(Math.max(backoff(WAIT, failures), retryAfterOf(error) ?? 0), signal)
    }
  }
}

/** It may be there again later; what was refused will be refused again, and what a callback threw is no loss. */
function isLoss(error: unknown): boolean {
  if (error instanceof ProtocolError) return error.code === 'internal_error' || error.code === 'too_many_requests'
  return error instanceof ConnectionError && error.code !== 'aborted'
}
