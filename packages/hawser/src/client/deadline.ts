import {
  after,
  ConnectionError,
  createLinkedController,
  HOLD,
  type Interceptor,
  LIMITS,
  type Limits,
  untilAborted,
} from '../call/index.ts'
import type { Notification } from '../protocol/index.ts'

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
  const startHard = () => expire(limits.maxTimeout, 'was not answered')
  let stopHard = startHard()
  let settled = false
  call.values.set(HOLD, () => {
    stopIdle()
    stopHard()
    return () => {
      if (settled) return
      stopIdle = startIdle()
      stopHard = startHard()
    }
  })
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
