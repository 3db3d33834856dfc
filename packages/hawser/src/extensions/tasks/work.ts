import { type Call, type Handle, HANDLER_LIMITS, type HandlerLimits, type Reply } from '../../call/index.ts'
import type { CallToolParams, Notifications } from '../../protocol/index.ts'

/** What work came to. */
export type Outcome = { readonly reply: Reply; readonly error?: undefined } | { readonly error: unknown }

/** How far a handler says it has come. */
export type Progress = Pick<Notifications['notifications/progress'], 'progress' | 'total' | 'message'>

/** A handler at work, apart from the request that started it. */
export interface Work {
  readonly call: Call
  /** Never rejects. */
  readonly outcome: Promise<Outcome>
  readonly abort: (reason: unknown) => void
  /** Takes reports from now on, the last one so far included. */
  readonly onProgress: (take: (progress: Progress) => void) => void
}

/**
 * Starts a tool call that does not end with its caller. Its progress goes to the task; nothing else is said on the way,
 * since tasks have no place for it. (tasks#task-status-notifications)
 */
export function startWork(call: Call, params: CallToolParams, next: Handle, limits: HandlerLimits): Work {
  const controller = new AbortController()
  let last: Progress | undefined
  let take = (progress: Progress): void => void (last = progress)
  call.values.set(HANDLER_LIMITS, limits)
  const inner: Call<'tools/call'> = {
    ...call,
    method: 'tools/call',
    // Any token will do: handlers report only to callers that want to know.
    params: { ...params, _meta: { ...params._meta, progressToken: 'task' } },
    signal: controller.signal,
    notify: ({ method, params: said }) => {
      if (method === 'notifications/progress' && said !== undefined) take(said)
    },
  }
  const run = async (): Promise<Outcome> => {
    try {
      return { reply: await next(inner) }
    } catch (error) {
      return { error }
    }
  }
  return {
    call: inner,
    outcome: run(),
    abort: (reason) => controller.abort(reason),
    onProgress: (taker) => {
      take = taker
      if (last !== undefined) taker(last)
    },
  }
}
