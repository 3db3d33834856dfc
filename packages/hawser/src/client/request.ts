import {
  type Call,
  ConnectionError,
  createLinkedController,
  type Ending,
  type Handle,
  LIMITS,
  type Limits,
  toAbortError,
  untilAborted,
  Values,
} from '../call/index.ts'
import {
  type ClientCapabilities,
  type Implementation,
  type LoggingLevel,
  META,
  type Method,
  type Notification,
  type Notifications,
  type Params,
  PROTOCOL_VERSION,
  type RequestMeta,
  type Result,
} from '../protocol/index.ts'
import { checkReply } from './check-reply.ts'
import { readLimits } from './deadline.ts'

/** How far a call has come; `progress` grows, towards `total` if that is known. */
type Progress = Omit<Notifications['notifications/progress'], 'progressToken' | '_meta'>

/** What the server had to say for the log. */
type LogMessage = Omit<Notifications['notifications/message'], '_meta'>

/** What may be said about one call; whatever is left out is as the client was made. */
export interface CallOptions extends Limits {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Takes what the server logs during the call. */
  readonly onLog?: ((message: LogMessage) => void) | undefined
  /** The least severe that is sent to `onLog`; `info` when left out. */
  readonly logLevel?: LoggingLevel | undefined
  /** Travels as `_meta`, for example `traceparent`. */
  readonly meta?: RequestMeta | undefined
}

/** Sends one request and sees it through to its final result. */
export type Request = <M extends Method>(method: M, params: Params<M>, options?: RequestOptions) => Promise<Result<M>>

interface RequestOptions extends CallOptions {
  /** Takes every notification that belongs to the request. */
  readonly onNotification?: (notification: Notification) => void
  /** The request has no end of its own. */
  readonly endless?: boolean
}

/** Who is calling. */
export interface Caller {
  readonly clientInfo: Implementation
  readonly clientCapabilities: ClientCapabilities
  readonly defaults: CallOptions
  /** Aborts when the client is closed. */
  readonly closed: Ending
}

/** Makes the one function through which everything that a client does is sent. */
export function createRequest(handle: Handle, { clientInfo, clientCapabilities, defaults, closed }: Caller): Request {
  return async (method, params, options = {}) => {
    const { controller, release } = createLinkedController([closed, defaults.signal, options.signal])
    const { signal } = controller
    const { onProgress = defaults.onProgress, onLog = defaults.onLog, onNotification } = options
    const logLevel = options.logLevel ?? defaults.logLevel ?? (onLog && 'info')
    let settled = false
    const notify = (notification: Notification): void => {
      if (settled) return
      try {
        deliver(notification, onProgress, onLog)
        onNotification?.(notification)
      } catch (cause) {
        // Thrown into the transport, it would be nobody's error.
        controller.abort(
          new ConnectionError('aborted', `A callback of ${method} threw: the call was given up.`, { cause }),
        )
      }
    }
    const meta = { ...defaults.meta, ...params._meta, ...options.meta, ...(logLevel && { [META.logLevel]: logLevel }) }
    const values = new Values()
    if (options.endless !== true) values.set(LIMITS, readLimits(defaults, options))
    const call: Call = {
      method,
      params: { ...params, _meta: meta },
      protocolVersion: PROTOCOL_VERSION,
      clientInfo,
      clientCapabilities,
      values,
      signal,
      notify,
    }
    try {
      if (signal.aborted) throw toAbortError(signal.reason)
      return checkReply(method, await untilAborted(signal, handle(call)))
    } catch (error) {
      // Whoever keeps something for the call, such as work that goes on elsewhere, learns that nobody waits any more.
      controller.abort(error)
      throw error
    } finally {
      settled = true
      release()
    }
  }
}

function deliver(
  { method, params }: Notification,
  onProgress: CallOptions['onProgress'],
  onLog: CallOptions['onLog'],
): void {
  if (method === 'notifications/progress' && params !== undefined) {
    const { progress, total, message } = params
    onProgress?.({ progress, total, message })
  } else if (method === 'notifications/message' && params !== undefined) {
    const { level, logger, data } = params
    onLog?.({ level, logger, data })
  }
}
