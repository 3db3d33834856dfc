import type { Call } from './call.ts'

/** Ends one request. Its signal is made when somebody looks at it: where signals are dear, as on Workers, most calls need none. */
export class Cancellation {
  #controller: AbortController | undefined
  #reason: unknown
  isAborted = false

  abort(reason: unknown): void {
    if (this.isAborted) return
    this.isAborted = true
    this.#reason = reason
    this.#controller?.abort(reason)
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.isAborted) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  throwIfAborted(): void {
    if (this.isAborted) throw this.#reason
  }
}

/** A call as a transport received it. A copy of it, as interceptors make them, has the signal itself. */
export class ReceivedCall implements Call {
  readonly method: Call['method']
  readonly params: Call['params']
  readonly protocolVersion: string
  readonly clientInfo: Call['clientInfo']
  readonly clientCapabilities: Call['clientCapabilities']
  readonly principal: Call['principal']
  readonly values: Call['values']
  readonly notify: Call['notify']
  declare readonly signal: AbortSignal
  readonly #cancellation: Cancellation

  constructor(parts: Omit<Call, 'signal'>, cancellation: Cancellation) {
    this.method = parts.method
    this.params = parts.params
    this.protocolVersion = parts.protocolVersion
    this.clientInfo = parts.clientInfo
    this.clientCapabilities = parts.clientCapabilities
    this.principal = parts.principal
    this.values = parts.values
    this.notify = parts.notify
    this.#cancellation = cancellation
    Object.defineProperty(this, 'signal', SIGNAL)
  }

  /** What ends a call: `signal` itself where it is there already. */
  static cancellationOf(call: Call): Pick<Cancellation, 'isAborted' | 'throwIfAborted'> | undefined {
    return #cancellation in call ? call.#cancellation : undefined
  }

  static signalOf(call: ReceivedCall): AbortSignal {
    return call.#cancellation.signal
  }
}

/** An own property, since copies take no others; one getter for all, since the engine then gives all calls one shape. */
const SIGNAL: PropertyDescriptor = {
  enumerable: true,
  get(this: ReceivedCall) {
    return ReceivedCall.signalOf(this)
  },
}

/** As `call.signal.aborted`, without having the signal made. */
export function isAborted(call: Call): boolean {
  return ReceivedCall.cancellationOf(call)?.isAborted ?? call.signal.aborted
}

/** As `call.signal.throwIfAborted()`, without having the signal made. */
export function throwIfAborted(call: Call): void {
  const cancellation = ReceivedCall.cancellationOf(call)
  if (cancellation === undefined) call.signal.throwIfAborted()
  else cancellation.throwIfAborted()
}
