import { type Call, lateReplyOf, ProtocolError, type Service } from '../../call/index.ts'
import {
  type DiscoverResult,
  type InputRequests,
  LOGGING_LEVELS,
  type LoggingLevel,
  type Notification,
} from '../../protocol/index.ts'
import { isRequestId } from '../../stdio/id-table.ts'
import {
  encodeResult,
  type ParsedFailure,
  type ParsedNotification,
  type ParsedRequest,
  type ParsedResponse,
} from '../../wire/json-rpc.ts'
import { type Answer, answerFailure, type Channel } from './answer.ts'
import { CallsInFlight } from './calls-in-flight.ts'
import { completeCall } from './complete-call.ts'
import { describeServerText } from './describe-server.ts'
import { refuseToAsk } from './explain-refusal.ts'
import { expressResult } from './express-result.ts'
import { type Listen, openListening, type Wish } from './listening.ts'
import { Questions } from './push-questions.ts'
import type { OldClient } from './read-client.ts'
import { Subscriptions } from './subscriptions.ts'
import { createNotify } from './tell-progress.ts'
import { type Caller, translateCall } from './translate-call.ts'
import type { Workload } from './workload.ts'

type Fields = { readonly [name: string]: unknown }

/** What all conversations of one endpoint share. */
export interface Shared {
  readonly workload: Workload
  readonly listen: Listen
}

/** What is the same for all conversations of one place. */
export interface Terms extends Partial<Shared> {
  /** Whether answers to questions can come back. */
  readonly isHeld: boolean
  /** Requests that one client may have in flight. */
  readonly maxCalls: number
}

/** What is kept of a conversation that is not in memory. */
export interface KeptConversation {
  readonly level?: LoggingLevel | undefined
  readonly uris: readonly string[]
}

export const STATELESS: Terms = { isHeld: false, maxCalls: 1024 }

/** What a client gets that did not say what it wants, as these revisions leave to the server. (server/utilities/logging) */
const DEFAULT_LEVEL: LoggingLevel = 'info'

/** Methods that only the present has. */
export function isLaterMethod(method: string): boolean {
  return method === 'server/discover' || method === 'subscriptions/listen'
}

/**
 * One client of an earlier revision: what it said when it opened, and what it has under way. It holds little, since there
 * are many and most are idle; what is not in use is not there.
 */
export class Conversation {
  readonly client: OldClient
  readonly #service: Service
  readonly #terms: Terms
  readonly #owner: string
  #level: LoggingLevel | undefined
  #calls: CallsInFlight | undefined
  #questions: Questions | undefined
  #lastQuestion = 0
  #subscriptions: Subscriptions | undefined
  /** Whether it was told of changes before. */
  #hasHeard = false
  /** Resources that it wanted to hear of when it was last in memory. */
  #wanted: readonly string[] = []

  /** @param owner Whose the work is: conversations of one owner count as one. */
  constructor(service: Service, client: OldClient, terms: Terms, owner = '') {
    this.#service = service
    this.client = client
    this.#terms = terms
    this.#owner = owner
  }

  get kept(): KeptConversation {
    return { level: this.#level, uris: this.#subscriptions?.uris ?? this.#wanted }
  }

  /** Goes on where it was; anything may have changed since. */
  resume({ level, uris }: KeptConversation): void {
    this.#level = level
    this.#wanted = uris
    this.#hasHeard = true
  }

  /** Nothing is under way. */
  get isIdle(): boolean {
    return this.#calls === undefined
  }

  /** Answers the request that opened the session. (2025-11-25 basic/lifecycle#initialization) */
  async open(message: ParsedRequest, caller: Caller): Promise<Answer> {
    try {
      const discovered = await this.#discover(caller)
      const text = describeServerText(discovered, this.client.revision, this.#terms.isHeld)
      return { json: encodeResult(message.id, text) }
    } catch (error) {
      return answerFailure(message, error, this.#service.log)
    }
  }

  /** Starts to tell what changes; `send` is for what belongs to no request. */
  listen(caller: Caller, send: (json: string) => void): void {
    const { listen = (wish: Wish) => openListening(this.#service, wish) } = this.#terms
    this.#subscriptions ??= new Subscriptions(
      listen,
      this.#service.log,
      this.client,
      this.#hasHeard,
      send,
      this.#wanted,
    )
    this.#wanted = []
    this.#subscriptions.start(caller)
    this.#hasHeard = true
  }

  /** Stops to tell what changes, until `listen` is called again. */
  pauseListening(): void {
    this.#subscriptions?.pause()
    if (this.#subscriptions?.isBare === true) this.#subscriptions = undefined
  }

  /**
   * Answers a request; a cancelled one has no answer. Never rejects.
   *
   * @param gone Aborts when nobody can take the answer any more.
   */
  async answer(
    message: ParsedRequest,
    channel: Channel,
    caller: Caller,
    gone?: AbortSignal,
  ): Promise<Answer | undefined> {
    const { id, method, params } = message
    const calls = (this.#calls ??= new CallsInFlight(() => (this.#calls = undefined)))
    const fail = (error: unknown): Answer => answerFailure(message, error, this.#service.log)
    const problem = calls.has(id) ? IN_FLIGHT : calls.size >= this.#terms.maxCalls ? TOO_MANY : undefined
    if (problem !== undefined) return fail(new ProtocolError('invalid_request', problem))
    const perform = async (signal: AbortSignal): Promise<string> => {
      // Whoever only looks whether the session lives is answered, however much there is to do.
      const leave = method === 'ping' ? undefined : this.#terms.workload?.calls.take(this.#owner, 1)
      try {
        return await this.#perform(method, params, channel, caller, signal)
      } finally {
        leave?.()
      }
    }
    return calls.run(id, { perform, fail, gone })
  }

  /** Takes a notification of the client. */
  note({ method, params }: ParsedNotification): void {
    const { requestId } = params
    if (method === 'notifications/cancelled' && isRequestId(requestId)) this.#calls?.cancel(requestId)
  }

  /** Takes an answer of the client. */
  take(message: ParsedResponse | ParsedFailure): void {
    this.#questions?.take(message)
  }

  /** Gives up whatever is under way. */
  close(): void {
    this.pauseListening()
    this.#questions?.close()
    this.#calls?.close()
  }

  async #discover(caller: Caller): Promise<DiscoverResult> {
    return (await this.#service.handle(this.#translate('server/discover', {}, () => {}, caller))) as DiscoverResult
  }

  #translate(
    method: string,
    params: Fields,
    notify: (notification: Notification) => void,
    caller: Caller,
    signal: AbortSignal = new AbortController().signal,
  ): Call {
    const logLevel = this.#level ?? DEFAULT_LEVEL
    return translateCall(method, params, { ...caller, client: this.client, logLevel, signal, notify })
  }

  /** The JSON of a result. */
  async #perform(
    method: string,
    params: Fields,
    { send, offer, canChallenge }: Channel,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<string> {
    switch (method) {
      case 'ping':
        return '{}'
      case 'logging/setLevel':
        await this.#setLevel(params['level'], caller)
        return '{}'
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        await this.#subscribe(method, params['uri'], caller)
        return '{}'
    }
    const { revision } = this.client
    if (isLaterMethod(method)) throw new ProtocolError('method_not_found', `Revision ${revision} lacks ${method}.`)
    const notify = createNotify(revision, offer, this.#service.log)
    const reply = await completeCall(method, params, {
      make: (fields) => this.#service.handle(this.#translate(method, fields, notify, caller, signal)),
      ask: (requests) => this.#ask(requests, send, signal),
      isHeld: this.#terms.isHeld,
      signal,
    }).catch((error: unknown) => {
      const late = canChallenge?.() === true ? undefined : lateReplyOf(error)
      if (late === undefined) throw error
      return late
    })
    return expressResult(method, reply, revision)
  }

  async #setLevel(level: unknown, caller: Caller): Promise<void> {
    const { capabilities } = await this.#discover(caller)
    if (capabilities.logging === undefined) throw new ProtocolError('method_not_found', 'This server sends no log.')
    const known = LOGGING_LEVELS.find((name) => name === level)
    if (known === undefined) {
      throw new ProtocolError('invalid_params', `params.level must be one of ${LOGGING_LEVELS.join(', ')}`)
    }
    this.#level = known
  }

  async #subscribe(method: string, uri: unknown, caller: Caller): Promise<void> {
    const { capabilities } = await this.#discover(caller)
    if (capabilities.resources?.subscribe !== true || !this.#terms.isHeld) {
      throw new ProtocolError('method_not_found', 'This server does not tell when resources change.')
    }
    if (typeof uri !== 'string') throw new ProtocolError('invalid_params', 'params.uri must be a string')
    if (method === 'resources/unsubscribe') return this.#subscriptions?.unsubscribe(uri)
    if (this.#subscriptions !== undefined) return this.#subscriptions.subscribe(uri)
    throw new ProtocolError('invalid_request', 'Say notifications/initialized first.')
  }

  async #ask(requests: InputRequests, send: Channel['send'], signal: AbortSignal): Promise<Fields> {
    if (!this.#terms.isHeld) throw refuseToAsk(requests)
    const leave = this.#terms.workload?.questions.take(this.#owner, Object.keys(requests).length)
    const questions = (this.#questions ??= new Questions(this.client.revision, this.#lastQuestion))
    try {
      return await questions.ask(requests, send, signal)
    } finally {
      leave?.()
      this.#lastQuestion = questions.lastId
      if (questions.isEmpty) this.#questions = undefined
    }
  }
}

const IN_FLIGHT = 'The id belongs to a request that is still in flight.'
const TOO_MANY = 'Too many requests in flight.'
