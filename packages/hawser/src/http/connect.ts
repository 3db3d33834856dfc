import {
  AuthorizationError,
  type Call,
  ConnectionError,
  type Handle,
  HOLD,
  isCallOf,
  type Log,
  ProtocolError,
  type Reply,
  toAbortError,
  untilAborted,
} from '../call/index.ts'
import { pages } from '../client/pages.ts'
import type { Request as ClientRequest } from '../client/request.ts'
import type { HeaderField, ListParams } from '../protocol/index.ts'
import { encodeRequest, MAX_REPLY_VALUES } from '../wire/json-rpc.ts'
import { encodeParams } from '../wire/request.ts'
import { createKnownHeaders } from './learn-headers.ts'
import { mergeNameFields, type NameFields } from './mirrored.ts'
import { mirrorHeaders } from './mirror-headers.ts'
import { type OwnHeaders, prepareHeaders } from './own-headers.ts'
import { readReply } from './read-reply.ts'
import { send as sendByFetch } from './send-by-fetch.ts'
import { type Received, type Send, sendWith } from './send.ts'

/** Proves to servers who is calling, such as `signIn()` of `hawser/sign-in`. */
export interface HttpAuth {
  /**
   * Sends as `send` does, with credentials for one server, and once more after a refusal that they can settle.
   *
   * @param server The address that was connected to.
   */
  readonly authorize: (send: Send, server: string) => Send
}

export interface ConnectHttpOptions {
  /**
   * Sends the requests, such as a handler of `createFetchHandler`. By default it is done by what the runtime does it best with:
   * the global `fetch`, and `node:http` on Node, where that takes a quarter of the time.
   */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined
  /** Sent with every request, such as `authorization`; a function is asked before each. */
  readonly headers?: OwnHeaders | undefined
  /** Signs in where the server wants it. An `authorization` header of your own goes before it. */
  readonly auth?: HttpAuth | undefined
  /** Most bytes of one answer or one event; 16 MiB by default. */
  readonly maxBytes?: number | undefined
  /** Most values in one answer or one event, counting every item and member; 1 000 000 by default. */
  readonly maxValues?: number | undefined
  /** Methods of extensions that carry one of their params in `Mcp-Name`: `{ 'tasks/get': 'taskId' }`. */
  readonly nameFields?: NameFields | undefined
  /** Told of tools that are left out because their definition is invalid; stderr by default. */
  readonly log?: Log | undefined
}

/** What the front door and other rooms add. */
interface Around {
  /** Sends the requests where the options have no `fetch`. */
  readonly send?: Send | undefined
  /** Looks at each response before it is read, and may put another in its place or throw. */
  readonly inspect?: (response: Received) => Received | Promise<Received>
}

/** Most pages of `tools/list` that are read to find one tool. */
const MAX_PAGES = 100

/**
 * Reaches a server over Streamable HTTP. Nothing is sent before the first call, and nothing is kept open between calls.
 *
 * Arguments that a tool wants mirrored into headers are learnt from the `tools/list` replies that pass through; when the
 * server misses one, the list is read and the call sent once more. Redirects are not followed, since they would carry
 * the headers to another place.
 *
 * @example
 * const handle = connectHttp('https://notes.example.com/mcp', { headers: { authorization: `Bearer ${token}` } })
 * @throws TypeError when `url` is not http or https. Calls reject with ProtocolError when the server refuses,
 * AuthorizationError for 401 and 403, ConnectionError `aborted`, `disconnected` or `bad_reply`.
 * @see basic/transports/streamable-http
 */
export function connectHttp(url: string | URL, options: ConnectHttpOptions = {}, around: Around = {}): Handle {
  const { maxBytes = 16 * 1024 * 1024, maxValues = MAX_REPLY_VALUES } = options
  const { inspect } = around
  const endpoint = checkUrl(url)
  const send = chooseSend(options, endpoint, around.send)
  const ownHeaders = prepareHeaders(options.headers)
  const nameFields = mergeNameFields(options.nameFields)
  // As JSON, for names come from the server and may hold what a terminal obeys.
  const known = createKnownHeaders(options.log ?? ((entry) => console.warn(JSON.stringify(entry))))
  let lastId = 0

  const post = async (call: Call): Promise<Reply> => {
    const id = ++lastId
    const given = ownHeaders()
    const own = given instanceof Promise ? await given : given
    const request = {
      method: 'POST',
      headers: mirrorHeaders(call, nameFields, fieldsOf(call), own),
      body: encodeRequest(id, call.method, encodeParams(call)),
      signal: call.signal,
      hold: call.values.get(HOLD),
      principal: call.principal,
    }
    const response = await send(endpoint, request).catch((error: unknown) => {
      throw asConnectionError(error, endpoint)
    })
    const answer = inspect === undefined ? response : await inspect(response)
    const reply = await readReply(answer, id, call, { maxBytes, maxValues })
    return isCallOf(call, 'tools/list') ? known.learn(reply) : reply
  }

  const fieldsOf = (call: Call): readonly HeaderField[] =>
    isCallOf(call, 'tools/call') ? known.fieldsOf(call.params.name) : []

  const attempt = async (call: Call): Promise<Reply> => {
    if (call.signal.aborted) throw toAbortError(call.signal.reason)
    return untilAborted(call.signal, post(call))
  }

  /** Reads the list until the tool is found; later pages would not change the next attempt. */
  const relearn = async (call: Call<'tools/call'>): Promise<void> => {
    const list = (method: 'tools/list', params: ListParams) => attempt({ ...call, method, params, notify: () => {} })
    for await (const page of pages(list as ClientRequest, 'tools/list', MAX_PAGES)) {
      if (page.some(({ name }) => name === call.params.name)) return
    }
  }

  return (call) =>
    attempt(call).catch(async (refusal: unknown) => {
      const isMismatch = refusal instanceof ProtocolError && refusal.code === 'header_mismatch'
      if (!isMismatch || !isCallOf(call, 'tools/call')) throw refusal
      // The list may have changed since it was read, or was never read. (streamable-http#client-behavior)
      const before = JSON.stringify(fieldsOf(call))
      await relearn(call).catch((error: unknown) => {
        throw call.signal.aborted ? error : refusal
      })
      // The same headers would meet the same refusal.
      if (JSON.stringify(fieldsOf(call)) === before) throw refusal
      return attempt(call)
    })
}

/** A `fetch` of the caller's own goes first. */
export function chooseSend({ fetch, auth }: ConnectHttpOptions, endpoint: string, by: Send = sendByFetch): Send {
  const send = fetch === undefined ? by : sendWith(fetch)
  return auth === undefined ? send : auth.authorize(send, endpoint)
}

/** @throws TypeError for an address that is no server's. */
export function checkUrl(url: string | URL): string {
  const { protocol, username, password, href } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(`Expected an http or https URL, got one with ${protocol}`)
  }
  if (username !== '' || password !== '') {
    throw new TypeError('Expected a URL without credentials. Send them with the headers option.')
  }
  return href
}

/** Errors that already say what they are come from a `fetch` of the caller's own. */
export function asConnectionError(error: unknown, endpoint: string): unknown {
  if ([ConnectionError, ProtocolError, AuthorizationError].some((type) => error instanceof type)) return error
  const { origin, pathname } = new URL(endpoint)
  const reason = describeFailure(error)
  return new ConnectionError('disconnected', `No answer from ${origin}${pathname}: ${reason}`, { cause: error })
}

/** `fetch` says only that it failed, and of several addresses nothing is said; why stands in the cause or the code: ECONNREFUSED, a certificate. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  const code = cause instanceof Error ? (codeOf(cause) ?? cause.message) : (codeOf(error) ?? '')
  if (message.includes(code)) return message
  return message === '' ? code : `${message} (${code})`
}

const codeOf = (error: Error): string | undefined => ('code' in error ? String(error.code) : undefined)
