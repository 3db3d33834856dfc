import type { Ending } from './closing.ts'
import { ConnectionError } from './error.ts'

/** The error that a caller sees when a signal ended its call. */
export function toAbortError(reason: unknown): ConnectionError {
  if (reason instanceof ConnectionError) return reason
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new ConnectionError('timeout', 'The time that the caller allowed is over.', { cause: reason })
    : new ConnectionError('aborted', 'The call was aborted by its caller.', { cause: reason })
}

/** The reason of everything that ends because its client was closed. */
export function closedError(): ConnectionError {
  return new ConnectionError('aborted', 'This client is closed. Connect again for more calls.')
}

/**
 * Waits for work, but no longer than its signal allows: whoever ignores the signal is left behind.
 *
 * @throws ConnectionError `aborted` or `timeout`; whatever the work throws.
 */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(toAbortError(signal.reason))
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([aborted, work])
  } catch (error) {
    // Work that notices the signal first fails in its own words.
    throw signal.aborted ? toAbortError(signal.reason) : error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** A controller that aborts with its parents; `release` lets go of them. */
export function createLinkedController(parents: readonly (Ending | undefined)[]): {
  readonly controller: AbortController
  readonly release: () => void
} {
  const controller = new AbortController()
  const forward = (): void => controller.abort(parents.find((parent) => parent?.aborted)?.reason)
  for (const parent of parents) parent?.addEventListener('abort', forward)
  if (parents.some((parent) => parent?.aborted)) forward()
  return {
    controller,
    release: () => {
      for (const parent of parents) parent?.removeEventListener('abort', forward)
    },
  }
}
