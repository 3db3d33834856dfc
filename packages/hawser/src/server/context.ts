import type { Call, Log, Principal } from '../call/index.ts'
import {
  type ClientCapabilities,
  type CreateMessageParams,
  type CreateMessageResult,
  type Implementation,
  LOGGING_LEVELS,
  type LoggingLevel,
  type RequestMeta,
  type Root,
} from '../protocol/index.ts'
import type { InferOutput, StandardSchema } from '../schema/standard-schema.ts'
import type { Changed } from './changes.ts'
import type { Sync } from './definitions.ts'
import type { Interview, Question } from './interview.ts'
import { type Ability, canAsk } from './questions.ts'

/** What every handler gets beside its input and the server's own context. All members may be destructured. */
export interface HandlerContext {
  /** Who is calling, as proven by the transport. */
  readonly principal: Principal | undefined
  /** Self-reported by the client: for display, never for decisions. */
  readonly clientInfo: Implementation | undefined
  /** The request's `_meta`: trace context and whatever else the client sent. */
  readonly meta: RequestMeta
  /** Aborts when the caller goes away or the time is up. */
  readonly signal: AbortSignal
  /** Reports how far the work is; it must grow. Free when the client did not ask for it. */
  readonly progress: (done: number, total?: number, message?: string) => void
  /** Writes to the server's log, and to the client if the server has `logging: true` and the client wants this level. */
  readonly log: (level: LoggingLevel, data: unknown, logger?: string) => void
  /**
   * Asks the person. The handler stops here and runs again from its start once there is an answer, so put work that
   * must not repeat into `once`.
   *
   * @throws DeclinedError when the person declines or dismisses; uncaught, the model is told.
   * @throws ProtocolError `missing_client_capability` when the client cannot ask.
   * @example
   * const { keep } = await ask('keep', { message: 'Keep the pinned ones?', answer: z.object({ keep: z.boolean() }) })
   */
  readonly ask: <Answer extends StandardSchema>(key: string, question: Question<Answer>) => Promise<InferOutput<Answer>>
  /**
   * Runs work once for the call, however often the handler is re-entered. The value travels as JSON, sealed, with the
   * client. If the process dies before the round is over it runs again: at least once, not exactly once.
   *
   * @example
   * const receipt = await once('charge', () => payments.charge(amount))
   */
  readonly once: <T>(key: string, run: () => Sync<T>) => Promise<T>
  /** Sends the person to a URL and resolves when they agreed to go; whether they finished there is for the handler to check. */
  readonly visit: (key: string, page: { readonly message: string; readonly url: string | URL }) => Promise<void>
  /** Whether this client can be asked in that way. */
  readonly can: (ability: Ability) => boolean
  /** Tells subscribers that lists or resources changed. */
  readonly changed: Changed
  /** @deprecated The spec retires sampling; call a model yourself. */
  readonly sample: (key: string, params: CreateMessageParams) => Promise<CreateMessageResult>
  /** @deprecated The spec retires roots; take paths as arguments. */
  readonly roots: (key: string) => Promise<readonly Root[]>
}

/** Parts of a context that are the same for every call of a server. */
export interface ContextFrame {
  readonly changed: Changed
  readonly log: Log
  /** Whether clients are sent what handlers log. */
  readonly logging: boolean
}

/** Each member is made when it is first taken: most handlers use one or two. */
export class CallContext implements HandlerContext {
  readonly #call: Call
  readonly #frame: ContextFrame
  readonly #interview: () => Interview
  /** The tool, prompt or resource, for the log. */
  readonly #name: string
  #controller: AbortController | undefined
  #stopped: Error | undefined
  #progress = Number.NEGATIVE_INFINITY

  constructor(call: Call, frame: ContextFrame, name: string, interview: () => Interview) {
    this.#call = call
    this.#frame = frame
    this.#name = name
    this.#interview = interview
  }

  get principal(): Principal | undefined {
    return this.#call.principal
  }
  get clientInfo(): Implementation | undefined {
    return this.#call.clientInfo
  }
  get clientCapabilities(): ClientCapabilities {
    return this.#call.clientCapabilities
  }
  get meta(): RequestMeta {
    return this.#call.params._meta ?? {}
  }
  get changed(): Changed {
    return this.#frame.changed
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController()
      this.#controller = controller
      const { signal } = this.#call
      if (this.#stopped !== undefined) controller.abort(this.#stopped)
      else if (signal.aborted) controller.abort(signal.reason)
      else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
    }
    return this.#controller.signal
  }

  /** Aborts the handler's signal, because its time is up. */
  stop(reason: Error): void {
    this.#stopped = reason
    this.#controller?.abort(reason)
  }

  get progress(): HandlerContext['progress'] {
    const progressToken = this.#call.params._meta?.progressToken
    if (progressToken === undefined) return () => {}
    return (progress, total, message) => {
      // Progress must increase, and JSON has no Infinity; a report that does not fit is dropped. (basic/patterns/progress)
      if (!(progress > this.#progress && progress < Infinity) || this.#stopped !== undefined) return
      this.#progress = progress
      const params = { progressToken, progress, total: Number.isFinite(total) ? total : undefined, message }
      this.#call.notify({ method: 'notifications/progress', params })
    }
  }

  get log(): HandlerContext['log'] {
    return (level, data, logger) => {
      const severity = LOGGING_LEVELS.indexOf(level)
      const message = typeof data === 'string' ? data : toJson(data)
      this.#frame.log({
        level: severity >= 4 ? 'error' : severity >= 3 ? 'warn' : 'info',
        message: message ?? `A ${typeof data} that JSON cannot carry.`,
        method: this.#call.method,
        name: this.#name,
      })
      const wanted = this.#call.params._meta?.['io.modelcontextprotocol/logLevel']
      if (!this.#frame.logging || message === undefined || wanted === undefined) return
      if (severity < LOGGING_LEVELS.indexOf(wanted)) return
      this.#call.notify({ method: 'notifications/message', params: { level, logger, data } })
    }
  }

  get ask(): HandlerContext['ask'] {
    return (key, question) => tolerate(this.#interview().ask(key, question))
  }
  get once(): HandlerContext['once'] {
    return (key, run) => tolerate(this.#interview().once(key, run))
  }
  get visit(): HandlerContext['visit'] {
    return (key, page) => tolerate(this.#interview().visit(key, page))
  }
  get sample(): HandlerContext['sample'] {
    return (key, params) => tolerate(this.#interview().sample(key, params))
  }
  get roots(): HandlerContext['roots'] {
    return (key) => tolerate(this.#interview().roots(key))
  }
  get can(): HandlerContext['can'] {
    return (ability) => canAsk(this.#call.clientCapabilities, ability)
  }
}

/** What cannot be written is no reason for the handler to fail. */
function toJson(data: unknown): string | undefined {
  try {
    return JSON.stringify(data)
  } catch {
    return undefined
  }
}

/** A promise that nobody awaits may reject without bringing the process down: a suspension rejects them all. */
function tolerate<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
