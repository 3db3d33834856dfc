import { ProtocolError, type Service } from '../call/index.ts'
import { MAX_VALUES, type Parsed, parseMessage } from '../wire/json-rpc.ts'
import { describedVersion, SUPPORTED_VERSIONS } from '../wire/request.ts'
import { answerRequest, type AnswerOptions, failureReply } from './answer.ts'
import type { EventQueueOptions } from './event-queue.ts'
import { acceptsAnswers, isJson } from './media-type.ts'
import type { HttpReply, HttpRequest } from './message.ts'
import { mergeNameFields, type NameFields } from './mirrored.ts'
import { createSourceCheck, type SourceOptions } from './origin.ts'
import { ACCEPTED, refuse } from './refusals.ts'

/** Answers what does not describe itself. `message` is absent when the method is not POST. */
export type Fallback = (
  request: HttpRequest,
  body: string,
  message: Parsed | undefined,
) => HttpReply | Promise<HttpReply>

export interface HttpOptions extends SourceOptions, EventQueueOptions {
  /** Most bytes of one body; 4 MiB by default. */
  readonly maxBytes?: number | undefined
  /** Most values in one body, counting every item and member; 100 000 by default. */
  readonly maxValues?: number | undefined
  /** Methods of extensions that carry one of their params in `Mcp-Name`: `{ 'tasks/get': 'taskId' }`. */
  readonly nameFields?: NameFields | undefined
  /** Takes over requests of other methods and messages that do not describe themselves, instead of their refusal. */
  readonly fallback?: Fallback | undefined
}

/** The MCP endpoint without the web server around it. */
export interface Exchange {
  /** Most bytes of a body that the transport may hand to `answer`. */
  readonly maxBytes: number
  /** Refuses a request by its head, before its body is read; `undefined` lets it pass. */
  readonly admit: (request: HttpRequest) => HttpReply | undefined
  /** Answers a request that `admit` let pass. Never throws and never rejects. */
  readonly answer: (request: HttpRequest, body: string) => HttpReply | Promise<HttpReply>
}

/**
 * Makes the one exchange that every HTTP server here is a thin wrapper of. It knows no sockets and no streams.
 *
 * @example
 * const { admit, answer } = createExchange(server, { allowedHosts: ['notes.example.com'] })
 * const reply = admit(request) ?? (await answer(request, body))
 * @throws TypeError when `allowedHosts` or `allowedOrigins` is malformed.
 * @see basic/transports/streamable-http
 */
export function createExchange(service: Service, options: HttpOptions = {}): Exchange {
  const { fallback, maxBytes = 4 * 1024 * 1024, maxValues = MAX_VALUES } = options
  const isAllowed = createSourceCheck(options)
  const answerOptions: AnswerOptions = {
    ...options,
    nameFields: mergeNameFields({ ...service.nameFields, ...options.nameFields }),
  }

  const admit = (request: HttpRequest): HttpReply | undefined => {
    if (!isAllowed(request)) return refuse('forbidden')
    if (request.method !== 'POST') return fallback === undefined ? refuse('wrongMethod') : undefined
    if (!acceptsAnswers(request.header('accept'))) return refuse('notAcceptable')
    if (!isJson(request.header('content-type'))) return refuse('notJson')
    // Whoever inspects the body on its way would read another one. (RFC 9110 §8.4)
    if ((request.header('content-encoding') ?? 'identity') !== 'identity') return refuse('encoded')
    return Number(request.header('content-length')) > maxBytes ? refuse('too_large') : undefined
  }

  const answer = (request: HttpRequest, body: string): HttpReply | Promise<HttpReply> => {
    if (request.method !== 'POST') {
      return fallback === undefined ? refuse('wrongMethod') : answerBy(fallback, request, body, undefined)
    }
    const message = parseMessage(body, maxValues)
    if (fallback !== undefined && !describesItself(request, message)) return answerBy(fallback, request, body, message)
    switch (message.kind) {
      case 'request':
        return answerRequest(service, request, message, answerOptions)
      case 'notification':
        return ACCEPTED
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

  const answerBy = async (take: Fallback, ...[request, body, message]: Parameters<Fallback>): Promise<HttpReply> => {
    try {
      return await take(request, body, message)
    } catch (error) {
      return failureReply(undefined, error, service, {})
    }
  }

  return { maxBytes, admit, answer }
}

/** A message names its revision in the body or, when that part is missing, in the header. (basic/versioning) */
function describesItself(request: HttpRequest, message: Parsed): boolean {
  if ('params' in message && describedVersion(message.params) !== undefined) return true
  return SUPPORTED_VERSIONS.includes(request.header('mcp-protocol-version') ?? '')
}
