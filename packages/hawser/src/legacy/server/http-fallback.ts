import {
  AuthorizationError,
  callerId,
  type Principal,
  type Screen,
  type Service,
  toWireError,
} from '../../call/index.ts'
import type { HttpFallback, HttpFallbackOptions, HttpReply, HttpRequest } from '../../http/index.ts'
import { failureReply } from '../../http/answer.ts'
import { JSON_HEADERS } from '../../http/message.ts'
import { ACCEPTED, refuse } from '../../http/refusals.ts'
import { encodeFailure, type Parsed, type ParsedRequest } from '../../wire/json-rpc.ts'
import { ASSUMED_REVISION, hasFeature, isRevision, type Revision } from '../revisions.ts'
import { answerOne } from './answer-post.ts'
import { Conversation, isLaterMethod, STATELESS } from './conversation.ts'
import type { HttpSession } from './http-session.ts'
import { createSharedListen } from './listening.ts'
import type { OneConnection } from './one-connection.ts'
import { parseBatch } from './parse-batch.ts'
import { type OldClient, readClient } from './read-client.ts'
import { refuseOld } from './refuse-old.ts'
import { createSessionFrame } from './session-frame.ts'
import { createSessionTable, type SessionTable } from './session-table.ts'
import { answerStateless } from './stateless.ts'
import type { Caller } from './translate-call.ts'
import { createWorkload } from './workload.ts'

/**
 * Serves clients of earlier revisions over HTTP: in sessions where the deployment can hold them, else each request by
 * itself. (2025-11-25 basic/transports#streamable-http)
 */
export function createHttpFallback(
  createSseFallback: OneConnection['createSseFallback'],
): (service: Service, options: HttpFallbackOptions) => HttpFallback {
  return (service, options) => openHttpFallback(service, options, createSseFallback)
}

function openHttpFallback(
  service: Service,
  options: HttpFallbackOptions,
  createSseFallback: OneConnection['createSseFallback'],
): HttpFallback {
  const { sessions, ssePath, maxValues } = options
  const challenge = service.auth?.challenge
  const shared = { workload: createWorkload(sessions ?? {}, service.log), listen: createSharedListen(service) }
  const table = sessions && createSessionTable(createSessionFrame(service, sessions, options, shared))
  const sse = ssePath === undefined ? undefined : createSseFallback?.(service, ssePath, options, shared)

  const answer: HttpFallback['answer'] = (request, body, message) =>
    find(request, body, message) ?? (message === undefined ? refuseMethod(request) : undefined)

  /** Names what is served at this path. (RFC 9110 §15.5.6) */
  const refuseMethod = (request: HttpRequest): HttpReply | undefined => {
    if (table !== undefined) return refuseOld('methodOfSessions')
    return sse?.isAt(request) === true ? refuseOld('methodOfStreams') : undefined
  }

  const find: HttpFallback['answer'] = (request, body, message) => {
    if (sse?.takes(request) === true) return sse.answer(request, body, message)
    const { principal, env } = request
    const caller: Caller = { principal, env }
    if (message?.kind === 'request' && message.method === 'initialize') return open(message, caller)
    const id = request.header('mcp-session-id')
    const session = id === undefined ? undefined : table?.find(id, callerId(principal))
    if (id !== undefined && session === undefined) return refuseOld('unknownSession')
    const version = readVersion(request, session)
    if (version === undefined) return session === undefined ? undefined : refuseOld('unknownVersion')
    if (message === undefined) return session && table && answerMethod(request, session, table, caller)
    const batch = hasFeature(version, 'batches') && message.kind === 'invalid' ? parseBatch(body, maxValues) : undefined
    const messages = batch ?? [message]
    // Whoever is wrong in the present hears so in the present's words.
    if (session === undefined && messages.some(isLater)) return undefined
    if (messages.some(({ kind }) => kind === 'invalid')) return batch === undefined ? undefined : refuseOld('noMessage')
    const requests = messages.filter((one) => one.kind === 'request')
    if (session !== undefined) for (const one of messages) take(session, one)
    if (requests.length === 0) return session !== undefined || messages.every(isNotification) ? ACCEPTED : undefined
    const isBatch = batch !== undefined
    const run = (): Promise<HttpReply> => answerAll(request, requests, session, { isBatch, revision: version, caller })
    if (!isBatch || service.screen === undefined) return run()
    return screenBatch(requests, service.screen, principal).then((refusal) =>
      refusal === undefined ? run() : failureReply(undefined, refusal, service, {}),
    )
  }

  const answerAll = (
    request: HttpRequest,
    requests: readonly ParsedRequest[],
    session: HttpSession | undefined,
    how: { readonly isBatch: boolean; readonly revision: Revision; readonly caller: Caller },
  ): Promise<HttpReply> =>
    session === undefined
      ? answerStateless(service, request, requests, how, options)
      : session.answer(requests, how.isBatch, how.caller)

  const open = async (message: ParsedRequest, caller: Caller): Promise<HttpReply> => {
    let client: OldClient
    try {
      client = readClient(message.params)
    } catch (error) {
      const { error: wire } = toWireError(error, service.log, message)
      return { status: 200, headers: JSON_HEADERS, body: encodeFailure(message.id, wire) }
    }
    if (table === undefined)
      return answerOne(await new Conversation(service, client, STATELESS).open(message, caller), challenge)
    const session = table.open(client, callerId(caller.principal))
    if (session === undefined) return refuseOld('tooManySessions')
    const answered = await session.conversation.open(message, caller)
    const reply = answerOne(answered, challenge)
    if (answered.isFailure !== true) return { ...reply, headers: { ...reply.headers, 'mcp-session-id': session.id } }
    table.end(session)
    return reply
  }

  return {
    answer,
    release: () => {
      table?.release()
      sse?.release()
    },
    close: () => {
      table?.close()
      sse?.close()
    },
  }
}

/** One answer for all: what every request of a batch lacks, so that none has run when one may not. */
async function screenBatch(
  requests: readonly ParsedRequest[],
  screen: Screen,
  principal: Principal | undefined,
): Promise<AuthorizationError | undefined> {
  const refusals = await Promise.all(requests.map(({ method, params }) => screen({ method, params, principal })))
  const found = refusals.filter((refusal) => refusal !== undefined)
  const [first] = found
  if (first === undefined) return undefined
  const scopes = [...new Set(found.flatMap((refusal) => refusal.scopes))]
  const what = first.code === 'missing_token' ? 'Sign in first.' : 'Permission missing'
  return new AuthorizationError(first.code, `${what} for a part of this batch, of which nothing was run.`, scopes)
}

/** A request without a body. */
function answerMethod(
  request: HttpRequest,
  session: HttpSession,
  table: SessionTable,
  caller: Caller,
): HttpReply | undefined | Promise<HttpReply> {
  if (request.method === 'DELETE') {
    table.end(session)
    return { status: 200, headers: {} }
  }
  if (request.method !== 'GET') return undefined
  const accept = request.header('accept')
  if (accept !== undefined && !/text\/(?:event-stream|\*)|\*\/\*/i.test(accept)) return refuse('notAcceptable')
  const lastEventId = request.header('last-event-id')
  if (lastEventId === undefined) return session.listen(caller)
  return session.resume(lastEventId, caller).then((reply) => reply ?? refuseOld('unknownEvent'))
}

/** `undefined` for a revision that is not in the table. (2025-11-25 basic/transports#protocol-version-header) */
function readVersion(request: HttpRequest, session: HttpSession | undefined): Revision | undefined {
  const header = request.header('mcp-protocol-version') ?? ASSUMED_REVISION
  return isRevision(header) ? (session?.conversation.client.revision ?? header) : undefined
}

function isLater(message: Parsed): boolean {
  return message.kind === 'request' && isLaterMethod(message.method)
}

function isNotification({ kind }: Parsed): boolean {
  return kind === 'notification'
}

/** Notifications and answers. */
function take({ conversation }: HttpSession, message: Parsed): void {
  if (message.kind === 'notification') conversation.note(message)
  else if (message.kind === 'response' || message.kind === 'failure') conversation.take(message)
}
