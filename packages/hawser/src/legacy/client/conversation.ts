import {
  badReply,
  ConnectionError,
  fromWireError,
  type Principal,
  type ProtocolError,
  toWireError,
} from '../../call/index.ts'
import type { RequestId } from '../../protocol/index.ts'
import { createIdTable } from '../../stdio/id-table.ts'
import {
  encodeFailure,
  encodeNotification,
  encodeRequest,
  encodeResult,
  type Parsed,
  type ParsedNotification,
  type ParsedRequest,
} from '../../wire/json-rpc.ts'
import type { Channel, Inbox } from './channel.ts'
import { parseMessages } from './parse-messages.ts'

export type Fields = { readonly [name: string]: unknown }

/** A request of ours until it is answered. */
export interface Exchange {
  readonly id: number
  readonly result: Promise<Fields>
  /** Tells the server that the answer is not wanted any more. */
  readonly cancel: (reason: ConnectionError) => void
  /** Stops waiting, since the answer cannot come any more. */
  readonly fail: (error: unknown) => void
}

/** What the server says of its own accord. `from` is the id of the request on whose stream it was said. */
export interface Listeners {
  readonly onRequest: (request: ParsedRequest, from: number | undefined) => void
  readonly onNotification: (notification: ParsedNotification, from: number | undefined) => void
  /** Changes may have gone unnoticed. */
  readonly onMiss: (error: Error) => void
}

/** Requests and answers in both directions over one channel. */
export interface Conversation {
  readonly channel: Channel
  /** Set once the channel is gone. */
  readonly ended: Error | undefined
  /** Sends a request, for whoever calls; its params are made when its id is known, which is unique on the connection. */
  readonly start: (method: string, params: Fields | ((id: number) => Fields), caller?: Principal) => Exchange
  readonly notify: (method: string, params?: Fields) => Promise<void>
  readonly answer: (id: RequestId, result: object) => Promise<void>
  readonly refuse: (id: RequestId, error: ProtocolError) => Promise<void>
  readonly listenTo: (listeners: Listeners) => void
  /** Keeps this process alive for what is no request, until the function is called that this returns. */
  readonly hold: () => () => void
  /** Stops waiting for anything; what is waited for fails. */
  readonly drop: (error: Error) => void
}

/** Strangers' requests that nobody listens to yet are of no interest. */
const DEAF: Listeners = { onRequest: () => {}, onNotification: () => {}, onMiss: () => {} }

/** Answers that may be on their way at once. */
const MOST_ANSWERS = 256

interface Waiting extends Exchange {
  readonly succeed: (result: Fields) => void
}

export function createConversation(open: (inbox: Inbox) => Channel): Conversation {
  const waiting = createIdTable<Waiting>()
  let listeners = DEAF
  let answers = 0
  let holds = 0
  let ended: Error | undefined

  const start: Conversation['start'] = (method, params, caller) => {
    const id = channel.nextId()
    const { promise, resolve, reject } = Promise.withResolvers<Fields>()
    // Between two rounds of a call nobody waits; the failure is seen by the next one.
    promise.catch(() => {})
    const stream = new AbortController()
    const leave = (): boolean => {
      if (waiting.get(id) !== exchange) return false
      waiting.remove(id)
      release()
      return true
    }
    const fail = (error: unknown): void => {
      if (leave()) reject(error)
    }
    const exchange: Waiting = {
      id,
      result: promise,
      succeed: (result) => {
        if (leave()) resolve(result)
      },
      fail,
      cancel: (reason) => {
        if (!leave()) return
        reject(reason)
        stream.abort(reason)
        // (2025-11-25 basic/utilities/cancellation)
        if (method !== 'initialize') {
          void notify('notifications/cancelled', { requestId: id, reason: reason.message }).catch(() => {})
        }
      },
    }
    if (ended !== undefined) {
      reject(ended)
      return exchange
    }
    // First, since what a caller gives may be no JSON.
    const json = encodeRequest(id, method, typeof params === 'function' ? params(id) : params)
    waiting.add(id, exchange)
    const release = hold()
    const send = async (): Promise<void> => {
      const comesElsewhere = await channel.request(id, json, stream.signal, caller)
      if (!comesElsewhere) throw new ConnectionError('disconnected', 'The server ended the stream without an answer.')
    }
    send().catch(fail)
    return exchange
  }

  const hold = (): (() => void) => {
    if (++holds === 1) channel.hold(true)
    return () => {
      if (--holds === 0) channel.hold(false)
    }
  }

  /** A server that asks faster than it takes answers does not want them. */
  const answer = async (json: string): Promise<void> => {
    if (answers >= MOST_ANSWERS) return
    answers++
    try {
      await channel.send(json)
    } finally {
      answers--
    }
  }

  const notify: Conversation['notify'] = (method, params) => channel.send(encodeNotification(method, params))

  const take = (message: Parsed, from: number | undefined): boolean => {
    switch (message.kind) {
      case 'response':
        waiting.get(message.id)?.succeed(message.result)
        return true
      case 'failure': {
        const { id = from } = message
        const [only, ...others] = waiting.values()
        // An error without an id answers what could not be read; with one request in flight, it is that one.
        const exchange = id === undefined ? (others.length === 0 ? only : undefined) : waiting.get(id)
        exchange?.fail(fromWireError(message.error))
        return true
      }
      case 'notification':
        listeners.onNotification(message, from)
        return true
      case 'request':
        if (message.method === 'ping') void conversation.answer(message.id, {}).catch(() => {})
        else listeners.onRequest(message, from)
        return true
      case 'invalid':
        // Whatever it was the answer to, it is lost.
        if (message.isExcessive) failAll(badReply(message.message))
        return false
    }
  }

  const failAll = (error: unknown): void => {
    for (const each of waiting.values()) each.fail(error)
  }

  const channel = open({
    receive: (text, from) =>
      !parseMessages(text)
        .map((message) => take(message, from))
        .includes(false),
    awaits: (id) => waiting.get(id) !== undefined,
    miss: (error) => listeners.onMiss(error),
    lose: failAll,
    end: (error) => {
      if (ended !== undefined) return
      ended = error
      failAll(error)
      listeners.onMiss(error)
    },
  })

  const conversation: Conversation = {
    channel,
    get ended() {
      return ended
    },
    start,
    notify,
    answer: async (id, result) => answer(encodeResult(id, JSON.stringify(result))),
    refuse: async (id, error) => answer(encodeFailure(id, toWireError(error, () => {}).error)),
    hold,
    listenTo: (next) => {
      listeners = next
    },
    drop: failAll,
  }
  return conversation
}
