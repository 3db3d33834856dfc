import { ProtocolError, respondBy, type Service } from '../call/index.ts'
import { MAX_VALUES, type Parsed, type ParsedNotification, parseMessage } from '../wire/json-rpc.ts'
import { describedVersion, SUPPORTED_VERSIONS } from '../wire/request.ts'
import { answerRequest, type AnswerOptions, failureReply } from './answer.ts'
import { checkNotificationHeaders } from './check-headers.ts'
import { createDocuments, type ServeDocument } from './documents.ts'
import type { EventQueueOptions } from './event-queue.ts'
import { createIdentify } from './identify.ts'
import type { Landing, ServePage } from './landing.ts'
import { acceptsAnswers, isJson } from './media-type.ts'
import type { HttpReply, HttpRequest } from './message.ts'
import { mergeNameFields, type NameFields } from './mirrored.ts'
import { createSourceCheck, type SourceOptions } from './origin.ts'
import { toPrivate } from './private-reply.ts'
import { ACCEPTED, refuse } from './refusals.ts'
import type { SessionOptions } from './sessions.ts'

/** Takes over requests of other methods than POST, and messages that do not describe themselves. */
export interface HttpFallback {
  /** `message` is absent when the method is not POST. `undefined` leaves the request to be refused like any other. */
  readonly answer: (
    request: HttpRequest,
    body: string,
    message: Parsed | undefined,
  ) => HttpReply | undefined | Promise<HttpReply | undefined>
  /** Ends the streams that wait for nothing in particular; calls go on. */
  readonly release: () => void
  /** Ends everything. */
  readonly close: () => void
}

/** What a fallback may know of the place where it serves. */
export interface HttpFallbackOptions extends EventQueueOptions {
  readonly maxValues: number
  /** Absent where nothing is kept between requests. */
  readonly sessions: SessionOptions | undefined
  /** Path of the endpoint that answers on one stream what is posted to another address. */
  readonly ssePath: string | undefined
}

/** A service that may bring its own fallback, which is given the service that is really served. */
export interface HttpService extends Service {
  readonly httpFallback?: ((service: Service, options: HttpFallbackOptions) => HttpFallback) | undefined
}

export interface HttpOptions extends SourceOptions, EventQueueOptions {
  /** Most bytes of one body; 4 MiB by default. */
  readonly maxBytes?: number | undefined
  /** Most values in one body, counting every item and member; 100 000 by default. */
  readonly maxValues?: number | undefined
  /** Methods of extensions that carry one of their params in `Mcp-Name`: `{ 'tasks/get': 'taskId' }`. */
  readonly nameFields?: NameFields | undefined
  /**
   * Holds sessions for the clients that need one. For processes that live on and get every request of a session, as those
   * of `listen`, which sets this; elsewhere nothing is kept between requests.
   */
  readonly sessions?: SessionOptions | undefined
  /** Path of the request target, where a transport serves more than one: what opens a stream at this one posts elsewhere. */
  readonly ssePath?: string | undefined
  /** Shows a page to people who open the endpoint in a browser: `landingPage()` of `hawser/landing`. */
  readonly landing?: Landing | undefined
}

/** The MCP endpoint without the web server around it. */
export interface Exchange {
  /** Most bytes of a body that the transport may hand to `answer`. */
  readonly maxBytes: number
  /** Answers what is asked of a path beside the endpoint; absent where there is nothing beside it. */
  readonly document: ServeDocument | undefined
  /** Answers what a browser asks of the endpoint; absent where there is no page. */
  readonly page: ServePage | undefined
  /**
   * Refuses a request by its head, before its body is read; `undefined` lets it pass. It finds out who sent the request, which
   * takes a promise only where that takes time.
   */
  readonly admit: (request: HttpRequest) => HttpReply | undefined | Promise<HttpReply | undefined>
  /** Answers a request that `admit` let pass. Never throws and never rejects. */
  readonly answer: (request: HttpRequest, body: string) => HttpReply | Promise<HttpReply>
  /** Ends the streams that wait for nothing in particular, so that their connections can close; calls go on. */
  readonly release: () => void
  /** Ends sessions and whatever is under way in them. */
  readonly close: () => void
}

/**
 * Makes the one exchange that every HTTP server here is a thin wrapper of. It knows no sockets and no streams.
 *
 * @example
 * const { admit, answer } = createExchange(server, { allowedHosts: ['notes.example.com'] })
 * const reply = (await admit(request)) ?? (await answer(request, body))
 * @throws TypeError when `allowedHosts` or `allowedOrigins` is malformed; RangeError when a cap of `sessions` is below 1.
 * @see basic/transports/streamable-http
 */
export function createExchange(service: HttpService, options: HttpOptions = {}): Exchange {
  const { maxBytes = 4 * 1024 * 1024, maxValues = MAX_VALUES, sessions, ssePath } = options
  const fallback = service.httpFallback?.(service, { ...options, maxValues, sessions, ssePath })
  const isAllowed = createSourceCheck(options)
  const answerOptions: AnswerOptions = {
    ...options,
    nameFields: mergeNameFields({ ...service.nameFields, ...options.nameFields }),
    respond: respondBy(service),
  }

  const identify = createIdentify(service)

  const admit: Exchange['admit'] = (request) => check(request) ?? identify(request)

  const check = (request: HttpRequest): HttpReply | undefined => {
    if (!isAllowed(request)) return refuse('forbidden')
    const isTooLarge = Number(request.header('content-length')) > maxBytes
    if (request.method !== 'POST' && fallback === undefined) return refuse('wrongMethod')
    if (request.method !== 'POST') return isTooLarge ? refuse('too_large') : undefined
    if (!acceptsAnswers(request.header('accept'))) return refuse('notAcceptable')
    if (!isJson(request.header('content-type'))) return refuse('notJson')
    // Whoever inspects the body on its way would read another one. (RFC 9110 §8.4)
    if ((request.header('content-encoding') ?? 'identity') !== 'identity') return refuse('encoded')
    return isTooLarge ? refuse('too_large') : undefined
  }

  const answer = (request: HttpRequest, body: string): HttpReply | Promise<HttpReply> => {
    if (request.method !== 'POST') {
      return fallback === undefined ? refuse('wrongMethod') : answerBy(fallback, request, body, undefined)
    }
    const message = parseMessage(body, maxValues)
    if (fallback !== undefined && !describesItself(request, message)) return answerBy(fallback, request, body, message)
    return answerMessage(request, message)
  }

  const answerMessage = (request: HttpRequest, message: Parsed): HttpReply | Promise<HttpReply> => {
    switch (message.kind) {
      case 'request':
        return answerRequest(service, request, message, answerOptions)
      case 'notification':
        return accept(request, message)
      case 'response':
      case 'failure':
        return refuse('notForServers')
      case 'invalid': {
        const error = new ProtocolError(message.code, message.message)
        // What is no message at all is a bad HTTP request too, whichever part is wrong.
        return { ...failureReply(message.id, error, service, {}), status: 400 }
      }
    }
  }

  const accept = (request: HttpRequest, message: ParsedNotification): HttpReply => {
    try {
      checkNotificationHeaders(request, message, answerOptions.nameFields)
      return ACCEPTED
    } catch (error) {
      return failureReply(undefined, error, service, message)
    }
  }

  const answerBy = async (
    by: HttpFallback,
    request: HttpRequest,
    body: string,
    message: Parsed | undefined,
  ): Promise<HttpReply> => {
    try {
      const reply = await by.answer(request, body, message)
      if (reply !== undefined) return reply
    } catch (error) {
      return failureReply(undefined, error, service, {})
    }
    return message === undefined ? refuse('wrongMethod') : answerMessage(request, message)
  }

  const document = createDocuments(service)
  const page = options.landing?.(service, isAllowed)
  const around = { maxBytes, document, page, release: () => fallback?.release(), close: () => fallback?.close() }
  if (service.auth === undefined) return { ...around, admit, answer }
  const hide = (refusal: HttpReply | undefined): HttpReply | undefined => refusal && toPrivate(refusal)
  return {
    ...around,
    admit: (request) => {
      const refusal = admit(request)
      return refusal instanceof Promise ? refusal.then(hide) : hide(refusal)
    },
    answer: (request, body) => {
      const reply = answer(request, body)
      return reply instanceof Promise ? reply.then(toPrivate) : toPrivate(reply)
    },
  }
}

/** A message names its revision in the body or, when that part is missing, in the header. (basic/versioning) */
function describesItself(request: HttpRequest, message: Parsed): boolean {
  if ('params' in message && describedVersion(message.params) !== undefined) return true
  return SUPPORTED_VERSIONS.includes(request.header('mcp-protocol-version') ?? '')
}
