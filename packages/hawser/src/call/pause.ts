import { after } from './limits.ts'
import { untilAborted } from './until-aborted.ts'

/**
 * Waits, unless the signal fires meanwhile.
 *
 * @throws ConnectionError `aborted` or `timeout`.
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = after(ms, resolve)
  try {
    await untilAborted(signal, promise)
  } finally {
    stop()
  }
}

/** How long to wait before an attempt: twice as long each time, and not all clients at the same moment. */
export interface Backoff {
  /** Milliseconds before the second attempt. */
  readonly first: number
  /** Most milliseconds before any attempt. */
  readonly longest: number
}

/** Milliseconds to wait after so many failures, between half of the full wait and all of it. */
export function backoff({ first, longest }: Backoff, failures: number): number {
  // The exponent is held where the product is still a number.
  const full = Math.min(longest, first * 2 ** Math.min(failures - 1, 40))
  return full * (0.5 + Math.random() / 2)
}
