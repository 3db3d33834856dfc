import type { Call } from './call.ts'

/** What a signal says of a call that goes on, or does not. */
type Going = Pick<AbortSignal, 'aborted' | 'throwIfAborted'>

/** Ends one request. Its signal is made when somebody looks at it: where signals are dear, as on Workers, most calls need none. */
export class Cancellation implements Going {
  #controller: AbortController | undefined
  #reason: unknown
  aborted = false

  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.#reason = reason
    this.#controller?.abort(reason)
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.aborted) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.#reason
  }
}

/** A call as a transport received it. A copy of it, as interceptors make them, has the signal itself. */
export class ReceivedCall implements Call {
  declare readonly method: Call['method']
  declare readonly params: Call['params']
  declare readonly protocolVersion: string
  declare readonly clientInfo: Call['clientInfo']
  declare readonly clientCapabilities: Call['clientCapabilities']
  declare readonly principal: Call['principal']
  declare readonly values: Call['values']
  declare readonly notify: Call['notify']
  declare readonly signal: AbortSignal
  readonly #cancellation: Cancellation

  constructor(parts: Omit<Call, 'signal'>, cancellation: Cancellation) {
    Object.assign(this, parts)
    this.#cancellation = cancellation
    Object.defineProperty(this, 'signal', SIGNAL)
  }

  static goingOf(call: Call): Cancellation | AbortSignal {
    return #cancellation in call ? call.#cancellation : call.signal
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

/** As `call.signal`, as far as it tells of the moment, without having one made. */
export const goingOf = (call: Call): Going => ReceivedCall.goingOf(call)
