import { badReply, ConnectionError, ProtocolError, after, pause } from '../../call/index.ts'
import { ACCEPT, mediaType } from '../../http/media-type.ts'
import { readBody } from '../../http/read-body.ts'
import type { Received } from '../../http/send.ts'
import { isMessage, readWholeEvents } from '../../wire/events.ts'
import type { Channel, Inbox } from './channel.ts'
import { Refused, SessionLost } from './errors.ts'
import { type Failure, type HttpWay, isStream, leave, readFailure, sendRequest } from './http-way.ts'
import { hasVersionHeader } from './versions.ts'

/** How long to wait before a stream is taken up again when the server does not say, in milliseconds. */
const RETRY = 1000
/** Shortest and longest wait that the server can choose. */
const SHORTEST_RETRY = 50
const LONGEST_RETRY = 60_000
/** How often in a row a stream may be taken up in vain. */
const MAX_ATTEMPTS = 5
/** How long the stream for everything outside of answers, and the goodbye, are waited for. */
const PATIENCE = 2000

const SESSION_ID = /^[\x21-\x7e]{1,1024}$/

/** A place in a stream. */
interface Place {
  lastId: string | undefined
  retry: number
}

/**
 * Speaks over Streamable HTTP as it was before 2026-07-28: with sessions, with streams that can be taken up again where
 * they broke off, and with one stream for what belongs to no answer. (2025-11-25 basic/transports#streamable-http)
 */
export function openStreamable(url: string, way: HttpWay, inbox: Inbox): Channel {
  const closing = new AbortController()
  let lastId = 0
  let sessionId: string | undefined
  let version: string | undefined
  let listening: Promise<boolean> | undefined
  let hearing = new AbortController()

  const headersOf = (more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
    ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
    ...(version !== undefined && hasVersionHeader(version) && { 'mcp-protocol-version': version }),
    ...more,
  })

  const post = async (body: string, signal: AbortSignal): Promise<Received> => {
    const headers = headersOf({ accept: ACCEPT, 'content-type': 'application/json' })
    const response = await sendRequest(way, url, { method: 'POST', headers, body, signal })
    if (response.ok) {
      const given = response.headers.get('mcp-session-id') ?? ''
      // Only the answer to the greeting gives one.
      if (version === undefined && SESSION_ID.test(given)) sessionId = given
      return response
    }
    const failure = await readFailure(response, way.maxBytes)
    if (sessionId === undefined || !isLost(response.status, failure)) throw failure.error
    throw new SessionLost(failure.error, wasUnread(response.status, failure))
  }

  const get = (place: Place, signal: AbortSignal): Promise<Received> => {
    const headers = headersOf({
      accept: 'text/event-stream',
      ...(place.lastId !== undefined && { 'last-event-id': place.lastId }),
    })
    return sendRequest(way, url, { method: 'GET', headers, signal })
  }

  /** Reads one stretch of a stream and says whether anything came. */
  const readStretch = async (response: Received, place: Place, from: number | undefined): Promise<boolean> => {
    let isNews = false
    try {
      for await (const event of readWholeEvents(response.body!, { maxEventBytes: way.maxBytes })) {
        isNews = true
        if (event.id !== undefined) place.lastId = event.id || undefined
        if (event.retry !== undefined) place.retry = Math.min(Math.max(event.retry, SHORTEST_RETRY), LONGEST_RETRY)
        if (event.data && isMessage(event.type)) inbox.receive(event.data, from)
        if (from !== undefined && !inbox.awaits(from)) break
      }
    } catch (error) {
      if (!(error instanceof ConnectionError) || error.code !== 'disconnected') throw error
    }
    return isNews
  }

  /** Takes a stream up again after the pause that the server asks for; `undefined` when it does not let us. */
  const takeUp = async (place: Place, signal: AbortSignal): Promise<Received | undefined> => {
    await pause(place.retry, signal)
    const response = await get(place, signal).catch((error: unknown) => {
      if (error instanceof ConnectionError && error.code === 'disconnected' && !signal.aborted) return undefined
      throw error
    })
    if (response === undefined || isStream(response)) return response
    leave(response.body)
    throw new Refused(response.status, mediaType(response.headers.get('content-type')))
  }

  /** Reads the stream of an answer to its end, over as many connections as that takes. (#resumability-and-redelivery) */
  const readAnswer = async (first: Received, id: number, signal: AbortSignal): Promise<void> => {
    const place: Place = { lastId: undefined, retry: RETRY }
    let response: Received | undefined = first
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
      if (response !== undefined && (await readStretch(response, place, id))) attempts = 0
      if (!inbox.awaits(id) || place.lastId === undefined) return
      response = await takeUp(place, signal).catch((error: unknown) => {
        if (error instanceof Refused) throw new ConnectionError('disconnected', error.message, { cause: error })
        throw error
      })
    }
  }

  const request: Channel['request'] = async (id, json, signal) => {
    const leaving = AbortSignal.any([signal, closing.signal])
    const response = await post(json, leaving)
    if (isStream(response)) await readAnswer(response, id, leaving)
    else if (mediaType(response.headers.get('content-type')) === 'application/json') {
      const body = await readBody(response.body, way.maxBytes)
      if (body.problem !== undefined) {
        const what = body.problem === 'too_large' ? `of at most ${way.maxBytes} bytes, got a larger one` : 'in UTF-8'
        throw badReply(`Expected an answer ${what}.`)
      }
      inbox.receive(body.text, id)
      if (inbox.awaits(id)) throw badReply('The server answered with no message, or with the id of another request.')
    } else {
      leave(response.body)
      throw new Refused(response.status, mediaType(response.headers.get('content-type')))
    }
    return false
  }

  const follow = async (first: Received, signal: AbortSignal): Promise<void> => {
    const place: Place = { lastId: undefined, retry: RETRY }
    let response: Received | undefined = first
    try {
      for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
        if (response !== undefined && (await readStretch(response, place, undefined))) attempts = 0
        if (place.lastId === undefined)
          inbox.miss(new ConnectionError('disconnected', 'The stream of changes broke off.'))
        response = await takeUp(place, signal)
      }
    } catch {
      // The reason is that of the last attempt, which says no more than that there is no stream.
    }
    if (signal.aborted) return
    listening = undefined
    inbox.miss(new ConnectionError('disconnected', 'The stream of changes cannot be taken up again.'))
  }

  const openStream = async (): Promise<boolean> => {
    hearing = new AbortController()
    const signal = AbortSignal.any([hearing.signal, closing.signal])
    const response = await get({ lastId: undefined, retry: RETRY }, signal)
    if (isStream(response)) {
      void follow(response, signal)
      return true
    }
    leave(response.body)
    return false
  }

  const listen: Channel['listen'] = () => {
    if (listening === undefined) {
      const opened: Promise<boolean> = openStream().catch(() => {
        // Another stream may have been opened since this one was stopped.
        if (listening === opened) listening = undefined
        return false
      })
      listening = opened
    }
    // Some servers send the head of the stream with its first event.
    const { promise: late, resolve } = Promise.withResolvers<boolean>()
    const stop = after(PATIENCE, () => resolve(true))
    return Promise.race([listening, late]).finally(stop)
  }

  const stopListening = (): void => {
    listening = undefined
    hearing.abort()
  }

  const close = async (): Promise<void> => {
    closing.abort()
    if (sessionId === undefined) return
    const leaving = new AbortController()
    const stop = after(PATIENCE, () => leaving.abort())
    try {
      const response = await sendRequest(way, url, { method: 'DELETE', headers: headersOf({}), signal: leaving.signal })
      leave(response.body)
    } catch {
      // A session that is not ended expires.
    } finally {
      stop()
    }
  }

  return {
    transport: 'Streamable HTTP',
    nextId: () => ++lastId,
    request,
    send: async (json) => leave((await post(json, closing.signal)).body),
    agree: (agreed) => {
      version = agreed
    },
    listen,
    stopListening,
    hold: () => {},
    close,
  }
}

/** What a server says of the call itself, which it may have run. */
const ABOUT_CALLS: ReadonlySet<string> = new Set(['invalid_params', 'method_not_found', 'internal_error'])

const isAboutTheCall = (error: Error): boolean => error instanceof ProtocolError && ABOUT_CALLS.has(error.code)

/** 404 is for sessions that have ended; many servers say 400 of one that they do not know. (#session-management) */
function isLost(status: number, { error }: Failure): boolean {
  return status === 404 || (status === 400 && !isAboutTheCall(error))
}

/** Whether the server refused the session, and not what the call came to: some answer the failure of a tool with 400 or 404. */
function wasUnread(status: number, { error, isAnswer }: Failure): boolean {
  if (status === 404) return !(isAnswer && isAboutTheCall(error))
  return error instanceof ProtocolError && (!isAnswer || error.code === 'invalid_request')
}
