import { ConnectionError, createValueKey, type Interceptor, type ValueKey } from '../call/index.ts'
import type { Notification } from '../protocol/index.ts'
import { createLinkedController, untilAborted } from './until-aborted.ts'

/** How long a request may take. */
export interface Limits {
  /** Milliseconds without an answer or a sign of progress; a minute when left out. */
  readonly timeout?: number
  /** Milliseconds in all, whatever progress is reported; ten minutes when left out. */
  readonly maxTimeout?: number
}

/** Left unset for what has no end, such as a subscription. */
export const LIMITS: ValueKey<Required<Limits> | undefined> = createValueKey<Required<Limits> | undefined>(
  'limits',
  undefined,
)

/** The longest wait that timers know: 2³¹ − 1 ms. Beyond it they fire at once. */
const FOREVER = 2_147_483_647

/** Runs something later unless it is stopped by the function that this returns. */
export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, Math.min(ms, FOREVER))
  return () => clearTimeout(timer)
}

/** Waits, unless the signal aborts first. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = after(ms, resolve)
  try {
    await untilAborted(signal, promise)
  } finally {
    stop()
  }
}

/**
 * Fills in and checks how long a request may take. `Infinity` waits for ever.
 *
 * @throws RangeError unless both are positive.
 */
export function readLimits(...options: readonly Limits[]): Required<Limits> {
  const limits = { timeout: 60_000, maxTimeout: 600_000 }
  for (const { timeout = limits.timeout, maxTimeout = limits.maxTimeout } of options) {
    Object.assign(limits, { timeout, maxTimeout })
  }
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) throw new RangeError(`${name} takes milliseconds, more than 0; it got ${value}.`)
  }
  return limits
}

/** Unique in this process, since two clients may share one connection. (basic/patterns/progress#progress-flow) */
let lastToken = 0

/**
 * Sends each request with a progress token of its own and gives up on it when its time is over. Progress shows that
 * work is being done and restarts the idle time. Giving up aborts the call's signal, which the transport turns into a
 * cancellation. (basic/patterns/cancellation#timeouts)
 */
export const deadline: Interceptor = (next) => async (call) => {
  const limits = call.values.get(LIMITS)
  if (limits === undefined) return next(call)
  const progressToken = ++lastToken
  const { controller, release } = createLinkedController([call.signal])
  const expire = (ms: number, what: string) =>
    after(ms, () => controller.abort(new ConnectionError('timeout', `${call.method} ${what} within ${ms / 1000} s.`)))
  const startIdle = () => expire(limits.timeout, 'was neither answered nor reported progress')
  let stopIdle = startIdle()
  const stopHard = expire(limits.maxTimeout, 'was not answered')
  let settled = false
  const notify = (notification: Notification): void => {
    if (settled) return
    if (notification.method === 'notifications/progress') {
      if (notification.params?.progressToken !== progressToken) return
      stopIdle()
      stopIdle = startIdle()
    }
    call.notify(notification)
  }
  const params = { ...call.params, _meta: { ...call.params._meta, progressToken } }
  try {
    return await untilAborted(controller.signal, next({ ...call, params, signal: controller.signal, notify }))
  } finally {
    settled = true
    stopIdle()
    stopHard()
    release()
  }
}
