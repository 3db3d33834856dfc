import { createEventQueue, type EventQueue } from '../../http/event-queue.ts'
import { EVENT_HEADERS, type HttpReply } from '../../http/message.ts'
import type { KeptEvent } from '../../http/index.ts'
import type { ProgressToken } from '../../protocol/index.ts'
import { encodeEvent, keepAlive } from '../../wire/events.ts'
import type { SessionFrame } from './session-frame.ts'

/** The session that a stream belongs to. */
export interface StreamOwner {
  readonly id: string
  /** Whether its client takes an event without data. */
  readonly isPrimed: boolean
  readonly onConnection: (stream: SessionStream, isConnected: boolean) => void
  readonly onEnd: (stream: SessionStream) => void
}

/**
 * The messages of one request, or of none, apart from the connection that carries them: when it breaks, the stream goes on,
 * and the client may come back for what it missed. (2025-11-25 basic/transports#resumability-and-redelivery)
 */
export class SessionStream {
  readonly number: number
  readonly #owner: StreamOwner
  readonly #frame: SessionFrame
  #sequence: number
  #queue: EventQueue | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** What comes while the past is replayed. */
  #meanwhile: KeptEvent[] | undefined
  #hasEnded = false

  /** Events are numbered from `sequence` on: that of a stream which was let go of goes on where it was. */
  constructor(number: number, owner: StreamOwner, frame: SessionFrame, sequence = 0) {
    this.number = number
    this.#sequence = sequence
    this.#owner = owner
    this.#frame = frame
  }

  get sequence(): number {
    return this.#sequence
  }

  get isConnected(): boolean {
    return this.#queue !== undefined
  }

  /** Carries the stream on a new connection, which takes the place of the old one. */
  connect(): HttpReply {
    const queue = this.#open()
    // What tells the client where it is also tells it how long to wait. Earlier clients only learn that they are connected.
    if (this.#owner.isPrimed) this.#write(queue, { sequence: ++this.#sequence, message: '' })
    else queue.push(keepAlive)
    return reply(queue)
  }

  /** As `connect`, for a client that knows the stream up to `sequence`. */
  async resume(sequence: number): Promise<HttpReply> {
    const queue = this.#open()
    const meanwhile: KeptEvent[] = []
    this.#meanwhile = meanwhile
    try {
      const missed = await this.#frame.events.readAfter(this.#owner.id, this.number, sequence)
      const last = missed.at(-1)?.sequence ?? sequence
      const rest = meanwhile.filter((event) => event.sequence > last)
      // As one piece, since the queue breaks off when too much waits that it could have refused.
      queue.push(keepAlive + [...missed, ...rest].map((event) => this.#encode(event)).join(''))
    } catch (error) {
      if (this.#queue === queue) this.disconnect()
      throw error
    } finally {
      // Another connection may have taken the place of this one while the store was read.
      if (this.#meanwhile === meanwhile) this.#meanwhile = undefined
    }
    if (this.#hasEnded && this.#queue === queue) this.disconnect()
    return reply(queue)
  }

  send(json: string, key?: ProgressToken): void {
    const event = this.#keep(json)
    if (this.#meanwhile !== undefined) this.#meanwhile.push(event)
    else if (this.#queue !== undefined) this.#write(this.#queue, event, key)
  }

  end(json?: string): void {
    if (json !== undefined) this.send(json)
    this.#hasEnded = true
    this.#owner.onEnd(this)
    if (this.#meanwhile === undefined) this.disconnect()
  }

  /** Lets the connection go; what was written still leaves. */
  disconnect(): void {
    const queue = this.#queue
    if (queue === undefined) return
    this.#leave(queue)
    queue.end('')
  }

  #open(): EventQueue {
    this.disconnect()
    const { queueOptions, connectionMs } = this.#frame
    const queue = createEventQueue(queueOptions)
    this.#queue = queue
    this.#owner.onConnection(this, true)
    queue.onBreak(() => this.#leave(queue))
    // Only a client that knows its place can come back to it.
    if (connectionMs !== undefined && this.#owner.isPrimed) {
      this.#timer = setTimeout(() => this.disconnect(), connectionMs)
    }
    return queue
  }

  #leave(queue: EventQueue): void {
    if (this.#queue !== queue) return
    clearTimeout(this.#timer)
    this.#queue = undefined
    this.#owner.onConnection(this, false)
  }

  #keep(message: string): KeptEvent {
    const event = { sequence: ++this.#sequence, message }
    const { events, log } = this.#frame
    const fail = (cause: unknown): void => log({ level: 'error', message: 'An event could not be kept.', cause })
    try {
      const kept = events.append(this.#owner.id, this.number, event)
      if (kept instanceof Promise) kept.catch(fail)
    } catch (cause) {
      fail(cause)
    }
    return event
  }

  #write(queue: EventQueue, event: KeptEvent, key?: ProgressToken): void {
    queue.push(this.#encode(event), key)
  }

  #encode(event: KeptEvent): string {
    return encodeKeptEvent(this.number, event, this.#frame.retryMs)
  }
}

/** Replays what is left of a stream that has ended. */
export async function replayEnded(
  session: string,
  stream: number,
  sequence: number,
  { events, queueOptions, retryMs }: SessionFrame,
): Promise<HttpReply> {
  const missed = await events.readAfter(session, stream, sequence)
  const queue = createEventQueue(queueOptions)
  queue.end(missed.map((event) => encodeKeptEvent(stream, event, retryMs)).join(''))
  return reply(queue)
}

/** (2025-11-25 basic/transports#resumability-and-redelivery) */
function encodeKeptEvent(stream: number, { sequence, message }: KeptEvent, retryMs: number): string {
  return `id: ${stream}-${sequence}\n${message === '' ? `retry: ${retryMs}\n` : ''}${encodeEvent(message)}`
}

function reply(queue: EventQueue): HttpReply {
  return { status: 200, headers: EVENT_HEADERS, stream: queue }
}
