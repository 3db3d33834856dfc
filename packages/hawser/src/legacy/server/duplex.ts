import { ProtocolError, type Service, toWireError } from '../../call/index.ts'
import type { LineFallback, LineFallbackOptions } from '../../stdio/serve.ts'
import { encodeFailure, encodeResult, type Parsed, type ParsedRequest } from '../../wire/json-rpc.ts'
import { hasFeature } from '../revisions.ts'
import type { Answer } from './answer.ts'
import { Conversation, type Shared } from './conversation.ts'
import { parseBatch } from './parse-batch.ts'
import { readClient } from './read-client.ts'
import type { Caller } from './translate-call.ts'

export type DuplexOptions = Pick<
  LineFallbackOptions,
  'send' | 'offer' | 'announce' | 'env' | 'maxValues' | 'maxInFlight'
> &
  Caller & {
    /** Who sent the message that is being read, where that can be another than who opened the session. */
    readonly callerOf?: (() => Caller) | undefined
    /** What it shares where it is one of many, and whose its work is. */
    readonly shared?: Shared | undefined
    readonly owner?: string | undefined
  }

/**
 * Serves a client of an earlier revision where both sides send when they like: over stdio, and over the stream of HTTP+SSE.
 * The client opens the session by its first request; until then nothing is there.
 */
export function createDuplex(
  service: Service,
  { principal, env, maxValues, maxInFlight, callerOf, shared, owner, ...channel }: DuplexOptions,
): LineFallback {
  const { send, announce } = channel
  const caller = callerOf ?? ((): Caller => ({ principal, env }))
  const running = new Set<Promise<unknown>>()
  const closed = Promise.withResolvers<void>()
  let conversation: Conversation | undefined

  const track = (work: Promise<unknown>): void => {
    const done = work.finally(() => running.delete(done))
    running.add(done)
  }

  const untilAnswered = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running)
  }

  const reply = async (answer: Promise<Answer | undefined>): Promise<void> => {
    const settled = await answer
    if (settled !== undefined) send(settled.json)
  }

  const greet = async (opened: Conversation, message: ParsedRequest): Promise<void> => {
    const answer = await opened.open(message, caller())
    // A client whose greeting was refused may try again.
    if (answer.isFailure === true && conversation === opened) conversation = undefined
    send(answer.json)
  }

  const open = (message: ParsedRequest): void => {
    try {
      if (conversation !== undefined) throw new ProtocolError('invalid_request', 'The session is open already.')
      const terms = { isHeld: true, maxCalls: maxInFlight, ...shared }
      conversation = new Conversation(service, readClient(message.params), terms, owner)
    } catch (error) {
      return send(encodeFailure(message.id, toWireError(error, service.log, message).error))
    }
    track(greet(conversation, message))
  }

  const start = (message: ParsedRequest): boolean => {
    if (message.method === 'initialize') {
      open(message)
      return true
    }
    if (conversation !== undefined) {
      track(reply(conversation.answer(message, channel, caller())))
      return true
    }
    // Allowed before the session is open. (2025-11-25 basic/lifecycle#initialization)
    if (message.method !== 'ping') return false
    send(encodeResult(message.id, '{}'))
    return true
  }

  const receiveOne = (message: Parsed): boolean => {
    if (message.kind === 'request') return start(message)
    if (conversation === undefined || message.kind === 'invalid') return false
    if (message.kind !== 'notification') conversation.take(message)
    else if (message.method === 'notifications/initialized') conversation.listen(caller(), announce)
    else conversation.note(message)
    return true
  }

  /** The answers leave together, as the requests came. (2025-03-26 basic#batching) */
  const receiveBatch = async (messages: readonly Parsed[], within: Conversation): Promise<void> => {
    const answers = messages.map(async (message) => {
      if (message.kind === 'request') return within.answer(message, channel, caller())
      if (message.kind !== 'invalid') receiveOne(message)
      else return { json: encodeFailure(message.id, toWireError(invalid(message), service.log).error) }
      return undefined
    })
    const settled = (await Promise.all(answers)).filter((answer) => answer !== undefined)
    if (settled.length > 0) send(`[${settled.map(({ json }) => json).join(',')}]`)
  }

  return {
    receive: (message, text) => {
      if (message.kind !== 'invalid') return receiveOne(message)
      if (conversation === undefined || !hasFeature(conversation.client.revision, 'batches')) return false
      const messages = parseBatch(text, maxValues)
      if (messages === undefined) return false
      track(receiveBatch(messages, conversation))
      return true
    },
    end: () => {
      conversation?.pauseListening()
      return Promise.race([untilAnswered(), closed.promise])
    },
    close: () => {
      closed.resolve()
      conversation?.close()
    },
  }
}

function invalid({ code, message }: Extract<Parsed, { readonly kind: 'invalid' }>): ProtocolError {
  return new ProtocolError(code, message)
}
