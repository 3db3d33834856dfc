import type { Call, Interceptor, Reply } from '../call/index.ts'
import type { Notification } from '../protocol/index.ts'

/** What happens to calls, in the order in which it happens. */
export type CallEvent =
  | { readonly kind: 'call'; readonly id: number; readonly call: Call }
  | { readonly kind: 'notify'; readonly id: number; readonly notification: Notification }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly kind: 'error'; readonly id: number; readonly error: unknown; readonly isAborted: boolean }

/** Tells of every call that passes through, whichever side it is on. */
export function observeCalls(tell: (event: CallEvent) => void): Interceptor {
  let lastId = 0
  return (next) => async (call) => {
    const id = ++lastId
    tell({ kind: 'call', id, call })
    let isOpen = true
    const notify: Call['notify'] = (notification) => {
      if (isOpen) tell({ kind: 'notify', id, notification })
      call.notify(notification)
    }
    try {
      const reply = await next({ ...call, notify })
      isOpen = false
      tell({ kind: 'reply', id, reply })
      return reply
    } catch (error) {
      isOpen = false
      tell({ kind: 'error', id, error, isAborted: call.signal.aborted })
      throw error
    }
  }
}
