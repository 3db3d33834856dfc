import { whenExpired } from '../../call/index.ts'
import type { HttpReply } from '../../http/index.ts'
import type { ParsedRequest } from '../../wire/json-rpc.ts'
import { hasFeature } from '../revisions.ts'
import type { Answer, Channel } from './answer.ts'
import { answerPost, type Outlet } from './answer-post.ts'
import { Conversation, type KeptConversation } from './conversation.ts'
import type { OldClient } from './read-client.ts'
import type { SessionFrame } from './session-frame.ts'
import { replayEnded, SessionStream, type StreamOwner } from './session-stream.ts'
import type { Caller } from './translate-call.ts'

/** The number of the stream for what belongs to no request. */
const UNASKED = 0

/** Milliseconds after which a client gets the stream of its call, so that it can come back for the answer. */
const OPEN_AFTER_MS = 1_000

/** Milliseconds that a client without a stream is still told what changes, in case it comes back. */
const LINGER_MS = 60_000

/** What is kept of a session, as JSON. */
export interface KeptSession {
  readonly owner?: string | undefined
  readonly client: OldClient
  readonly conversation: KeptConversation
}

/** Requests that change what is kept. */
const CHANGING: ReadonlySet<string> = new Set(['logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'])

/** A session over HTTP: a conversation, and the streams that are open for it. Most are idle, so they hold little. */
export class HttpSession implements StreamOwner {
  readonly id: string
  /** Whose session it is; nobody else finds it. */
  readonly owner: string | undefined
  readonly conversation: Conversation
  lastUsed = 0
  readonly #frame: SessionFrame
  #streams: Map<number, SessionStream> | undefined
  #lastStream = UNASKED
  /** Where the stream for what belongs to no request was when it was let go of. */
  #unasked = 0
  #connections = 0
  #lingering: ReturnType<typeof setTimeout> | undefined
  /** Lets go of the token that the stream was opened with. */
  #stay = (): void => {}

  constructor(id: string, owner: string | undefined, client: OldClient, frame: SessionFrame) {
    this.id = id
    this.owner = owner
    this.#frame = frame
    this.conversation = new Conversation(frame.service, client, frame.terms, owner ?? id)
  }

  get isIdle(): boolean {
    return this.#connections === 0 && this.conversation.isIdle
  }

  get isPrimed(): boolean {
    return hasFeature(this.conversation.client.revision, 'primedStreams')
  }

  /** Answers the requests of one POST. */
  answer(requests: readonly ParsedRequest[], isBatch: boolean, caller: Caller): Promise<HttpReply> {
    // A client may subscribe before it opens the stream on which it hears of changes.
    if (requests.some(({ method }) => method === 'resources/subscribe')) this.#hear(caller)
    return answerPost(requests, {
      isBatch,
      challenge: this.#frame.service.auth?.challenge,
      answer: (request, channel) => this.#answerOne(request, channel, caller),
      open: () => this.#openStream(++this.#lastStream),
      openAfterMs: this.isPrimed ? OPEN_AFTER_MS : undefined,
    })
  }

  /** Has what it takes to go on with this session kept, where that is wanted. */
  save(): void {
    const { keeper } = this.#frame
    if (keeper === undefined) return
    const { client, kept } = this.conversation
    keeper.save(this.id, JSON.stringify({ owner: this.owner, client, conversation: kept } satisfies KeptSession))
  }

  /** Opens the stream of what belongs to no request. */
  listen(caller: Caller): HttpReply {
    const stream = this.#streams?.get(UNASKED)
    const reply = stream === undefined ? this.#openStream(UNASKED).reply : stream.connect()
    this.#hear(caller)
    return reply
  }

  /** Gives a client that comes back what it missed, and what is still to come; `undefined` for what is no place of ours. */
  async resume(lastEventId: string, caller: Caller): Promise<HttpReply | undefined> {
    const place = /^(\d{1,15})-(\d{1,15})$/.exec(lastEventId)
    if (place === null) return undefined
    const [number, sequence] = [Number(place[1]), Number(place[2])]
    if (number > this.#lastStream) return undefined
    const live = this.#streams?.get(number)
    if (live === undefined && number !== UNASKED) return replayEnded(this.id, number, sequence, this.#frame)
    const reply = live === undefined ? this.#openStream(number).reply : await live.resume(sequence)
    if (number === UNASKED) this.#hear(caller)
    return reply
  }

  /** Ends the stream of what belongs to no request. */
  release(): void {
    this.#stay()
    this.conversation.pauseListening()
    this.#streams?.get(UNASKED)?.disconnect()
    clearTimeout(this.#lingering)
  }

  close(): void {
    this.#stay()
    this.conversation.close()
    for (const stream of this.#streams?.values() ?? []) stream.disconnect()
    clearTimeout(this.#lingering)
    this.#streams = undefined
    const fail = (cause: unknown): void =>
      this.#frame.log({ level: 'error', message: 'The events of a session could not be dropped.', cause })
    try {
      const forgotten = this.#frame.events.forget(this.id)
      if (forgotten instanceof Promise) forgotten.catch(fail)
    } catch (cause) {
      fail(cause)
    }
  }

  onConnection(stream: SessionStream, isConnected: boolean): void {
    this.#connections += isConnected ? 1 : -1
    this.lastUsed = Date.now()
    if (stream.number === UNASKED && !isConnected) this.#linger()
  }

  onEnd({ number }: SessionStream): void {
    this.#streams?.delete(number)
    if (this.#streams?.size === 0) this.#streams = undefined
  }

  async #answerOne(request: ParsedRequest, channel: Channel, caller: Caller): Promise<Answer | undefined> {
    const answer = await this.conversation.answer(request, channel, caller)
    if (CHANGING.has(request.method)) this.save()
    return answer
  }

  #openStream(number: number): Outlet {
    const stream = new SessionStream(number, this, this.#frame, number === UNASKED ? this.#unasked : 0)
    this.#streams ??= new Map()
    this.#streams.set(number, stream)
    const reply = stream.connect()
    return { reply, send: (json, key) => stream.send(json, key), end: (json) => stream.end(json) }
  }

  /** Has the changes told, for as long as somebody may read them. */
  #hear(caller: Caller): void {
    this.#stay()
    // The client comes back with a new token, and misses nothing.
    const { principal } = caller
    const stopClock = whenExpired(principal, () => this.release())
    const stay = this.#frame.service.auth?.grants.watch(principal, () => this.release())
    this.#stay = () => {
      stopClock()
      stay?.leave()
    }
    this.conversation.listen(caller, (json) => this.#streams?.get(UNASKED)?.send(json))
    if (this.#streams?.get(UNASKED)?.isConnected === true) clearTimeout(this.#lingering)
    else this.#linger()
  }

  #linger(): void {
    clearTimeout(this.#lingering)
    this.#lingering = setTimeout(() => this.#rest(), LINGER_MS)
  }

  /** Nobody came back in time: an idle session holds no stream. */
  #rest(): void {
    this.#lingering = undefined
    this.#stay()
    this.conversation.pauseListening()
    const stream = this.#streams?.get(UNASKED)
    if (stream === undefined) return
    this.#unasked = stream.sequence
    this.onEnd(stream)
  }
}
