import {
  AuthorizationError,
  type Call,
  ConnectionError,
  pause,
  ProtocolError,
  type Reply,
  type Service,
} from '../../call/index.ts'
import {
  type DiscoverResult,
  type InputRequests,
  type InputRequired,
  LOGGING_LEVELS,
  type LoggingLevel,
  type Notification,
  type ProgressToken,
  type RequestId,
} from '../../protocol/index.ts'
import { createIdTable, type IdTable, isRequestId } from '../../stdio/id-table.ts'
import {
  encodeFailure,
  encodeResult,
  type ParsedFailure,
  type ParsedNotification,
  type ParsedRequest,
  type ParsedResponse,
} from '../../wire/json-rpc.ts'
import { describeServerText } from './describe-server.ts'
import { explainRefusal, refuseToAsk } from './explain-refusal.ts'
import { expressError } from './express-error.ts'
import { expressResult } from './express-result.ts'
import { Questions } from './push-questions.ts'
import type { OldClient } from './read-client.ts'
import { Subscriptions } from './subscriptions.ts'
import { createNotify } from './tell-progress.ts'
import { type Caller, translateCall } from './translate-call.ts'

type Fields = { readonly [name: string]: unknown }

/** Where the messages go that belong to one request. */
export interface Channel {
  readonly send: (json: string) => void
  /**
   * For what the client can do without, if it does not keep up; `key` tells the reports of one progress apart from others.
   */
  readonly offer: (json: string, key?: ProgressToken) => void
}

/** The answer to one request, as JSON. */
export interface Answer {
  readonly json: string
  /** What HTTP answers with a challenge. */
  readonly refusal?: AuthorizationError | undefined
  readonly isFailure?: boolean
}

/** Rounds of questions that one call may take. */
const MAX_ROUNDS = 64

/** What is the same for all conversations of one place. */
export interface Terms {
  /** Whether answers to questions can come back. */
  readonly isHeld: boolean
  /** Requests that one client may have in flight. */
  readonly maxCalls: number
}

const HELD: Terms = { isHeld: true, maxCalls: 1024 }
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
  #level: LoggingLevel | undefined
  #calls: IdTable<AbortController> | undefined
  #questions: Questions | undefined
  #lastQuestion = 0
  #subscriptions: Subscriptions | undefined
  /** Whether it was told of changes before. */
  #hasHeard = false

  constructor(service: Service, client: OldClient, terms: Terms = HELD) {
    this.#service = service
    this.client = client
    this.#terms = terms
  }

  /** Nothing is under way. */
  get isIdle(): boolean {
    return this.#calls === undefined
  }

  /** Answers the request that opened the session. (2025-11-25 basic/lifecycle#initialization) */
  async open({ id, method }: ParsedRequest, caller: Caller): Promise<Answer> {
    try {
      const discovered = await this.#discover(caller)
      return {
        json: encodeResult(id, describeServerText(discovered, this.client.revision, this.#terms.isHeld)),
      }
    } catch (error) {
      return this.#fail(id, method, {}, error)
    }
  }

  /** Starts to tell what changes; `send` is for what belongs to no request. */
  listen(caller: Caller, send: (json: string) => void): void {
    this.#subscriptions ??= new Subscriptions(this.#service, this.client, this.#hasHeard, send)
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
    const calls = (this.#calls ??= createIdTable())
    const problem = calls.get(id) !== undefined ? IN_FLIGHT : calls.size >= this.#terms.maxCalls ? TOO_MANY : undefined
    if (problem !== undefined) return this.#fail(id, method, params, new ProtocolError('invalid_request', problem))
    const controller = new AbortController()
    const { signal } = controller
    const leave = (): void => controller.abort(gone?.reason)
    gone?.addEventListener('abort', leave, { once: true })
    if (gone?.aborted === true) leave()
    calls.add(id, controller)
    const cancelled = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    const work = async (): Promise<Answer | undefined> => {
      try {
        return { json: encodeResult(id, await this.#perform(method, params, channel, caller, signal)) }
      } catch (error) {
        // Nobody reads the answer to a call that was given up.
        return signal.aborted ? undefined : this.#fail(id, method, params, error)
      } finally {
        gone?.removeEventListener('abort', leave)
        calls.remove(id)
        if (calls.size === 0) this.#calls = undefined
      }
    }
    return Promise.race([work(), cancelled])
  }

  /** Takes a notification of the client. */
  note({ method, params }: ParsedNotification): void {
    const { requestId } = params
    if (method !== 'notifications/cancelled' || !isRequestId(requestId)) return
    this.#calls?.get(requestId)?.abort(new ConnectionError('aborted', 'The client cancelled the request.'))
  }

  /** Takes an answer of the client. */
  take(message: ParsedResponse | ParsedFailure): void {
    this.#questions?.take(message)
  }

  /** Gives up whatever is under way. */
  close(): void {
    this.pauseListening()
    this.#questions?.close()
    const ended = new ConnectionError('aborted', 'The session has ended.')
    for (const controller of this.#calls?.values() ?? []) controller.abort(ended)
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
    channel: Channel,
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
    if (isLaterMethod(method))
      throw new ProtocolError('method_not_found', `Revision ${this.client.revision} lacks ${method}.`)
    return expressResult(method, await this.#complete(method, params, channel, caller, signal), this.client.revision)
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

  /** Calls, asks what the reply asks for, and calls again with the answers, until there is a result. */
  async #complete(
    method: string,
    params: Fields,
    { send, offer }: Channel,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<Reply> {
    const notify = createNotify(this.client.revision, offer, this.#service.log)
    // Only the present answers in advance.
    const { inputResponses: _, requestState: __, ...given } = params
    let added: Fields = {}
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const call = this.#translate(method, { ...given, ...added }, notify, caller, signal)
      try {
        const reply = await this.#service.handle(call)
        if (!isInputRequired(reply)) return reply
        const { inputRequests = {}, requestState } = reply
        if (Object.keys(inputRequests).length > 0) {
          added = { inputResponses: await this.#ask(inputRequests, send, signal), requestState }
          continue
        }
        // It asks for nothing but time. (2026-07-28 basic/patterns/mrtr)
        await pause(Math.min(FIRST_PAUSE * 2 ** round, LONGEST_PAUSE), signal)
        added = { requestState }
      } catch (error) {
        if (!(error instanceof ProtocolError) || error.code !== 'missing_client_capability') throw error
        return explainRefusal(method, error, this.#terms.isHeld)
      }
    }
    throw new Error(`The call still asks after ${MAX_ROUNDS} rounds.`)
  }

  async #ask(requests: InputRequests, send: Channel['send'], signal: AbortSignal): Promise<Fields> {
    if (!this.#terms.isHeld) throw refuseToAsk(requests)
    const questions = (this.#questions ??= new Questions(this.client.revision, this.#lastQuestion))
    try {
      return await questions.ask(requests, send, signal)
    } finally {
      this.#lastQuestion = questions.lastId
      if (questions.isEmpty) this.#questions = undefined
    }
  }

  #fail(id: RequestId, method: string, params: Fields, error: unknown): Answer {
    const { log } = this.#service
    const name = params['name'] ?? params['uri']
    const place = { method, ...(typeof name === 'string' && { name }) }
    const refusal = error instanceof AuthorizationError ? error : undefined
    try {
      return { json: encodeFailure(id, expressError(error, log, place).error), refusal, isFailure: true }
    } catch (cause) {
      // Its data cannot be JSON.
      return { json: encodeFailure(id, expressError(cause, log, place).error), isFailure: true }
    }
  }
}

/** First and longest wait, in milliseconds, before a call is made again that asked for nothing. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5_000

const IN_FLIGHT = 'The id belongs to a request that is still in flight.'
const TOO_MANY = 'Too many requests in flight.'

function isInputRequired(reply: Reply): reply is InputRequired {
  return 'resultType' in reply && reply.resultType === 'input_required'
}
