import { badReply, type Call, callerId, LIMITS, precompute, type Reply, replyText, Values } from '../call/index.ts'
import { checkReply } from '../client/check-reply.ts'
import {
  type InputRequired,
  isObject,
  META,
  type Meta,
  type Method,
  type Params,
  PROTOCOL_VERSION,
} from '../protocol/index.ts'
import { MISSING_SCOPES } from '../server/late-refusal.ts'
import type { Own } from '../server/mounts.ts'
import type { Binding } from '../server/request-state.ts'
import { readHint } from './read-list.ts'
import type { Target } from './merge.ts'
import { passCapabilities, passMeta, passNotifications } from './pass-on.ts'
import { refuse } from './refusal.ts'
import { relayQuestions, resume, type Resumed } from './relay-questions.ts'

/** Methods whose reply may ask. (basic/patterns/mrtr#supported-requests) */
const MAY_ASK: ReadonlySet<Method> = new Set(['tools/call', 'resources/read', 'prompts/get'])

/** Suggestions that one answer may hold. (server/utilities/completion#completion-results) */
const MAX_VALUES = 100

const NOT_RESUMED: Resumed = { round: 0, params: {} }

/**
 * Passes a call on to the server that answers it. That server is called by this one: it learns who the client is no more than
 * whose principal called, only what the client can be asked.
 */
export async function forward<M extends Method>(
  call: Call<M>,
  params: Params<M>,
  { remote, name, access }: Target,
  { frame, info }: Own,
): Promise<Reply> {
  const { point } = remote
  const { inputResponses: _, requestState: __, ...rest } = params as Params<'tools/call'>
  const binding: Binding = {
    server: frame.server,
    caller: callerId(call.principal),
    method: call.method,
    name: JSON.stringify([point.name, name]),
    arguments: rest.arguments ?? {},
  }
  const { round, params: resumed } = MAY_ASK.has(call.method) ? await resume(call, binding, frame) : NOT_RESUMED
  const clientCapabilities = passCapabilities(call, point)
  try {
    const reply = await remote.handle({
      method: call.method,
      params: { ...rest, ...resumed, _meta: passMeta(call, point) },
      protocolVersion: PROTOCOL_VERSION,
      clientInfo: info,
      clientCapabilities,
      // What interceptors and the transport of this server put into the values is not for others.
      values: new Values().set(LIMITS, { timeout: point.timeout, maxTimeout: Math.max(point.timeout, frame.timeout) }),
      signal: call.signal,
      notify: passNotifications(call, point),
    })
    if (isInputRequired(reply)) {
      if (!MAY_ASK.has(call.method))
        throw badReply(`The server answered ${call.method} with a question, which this method may not.`)
      return await relayQuestions(reply, point.name, clientCapabilities, round, binding, frame)
    }
    const isPrivate = point.perCaller || !access.isPublic
    return seal(call.method, checkReply(call.method, reply), point.maxSize, isPrivate, frame.resultMeta)
  } catch (error) {
    return refuse(error, call, point.name, frame.log, frame.resultMeta)
  }
}

function isInputRequired(reply: Reply): reply is InputRequired {
  const fields: unknown = reply
  return isObject(fields) && fields['resultType'] === 'input_required'
}

/** The reply as this server gives it: who answers the client is this server, and what it lacks over there is no caller's affair. */
function seal(method: Method, reply: Reply, maxSize: number, isPrivate: boolean, own: Meta): Reply {
  const {
    resultType: _,
    _meta: theirs,
    ...fields
  } = reply as Reply & { readonly resultType?: unknown; readonly _meta?: unknown }
  const { [META.subscriptionId]: __, [MISSING_SCOPES]: ___, ...meta } = isObject(theirs) ? theirs : {}
  const { ttlMs, cacheScope } = readHint('ttlMs' in fields ? fields : {})
  const sealed = precompute({
    ...fields,
    ...('completion' in fields && {
      completion: { ...fields.completion, values: fields.completion.values.slice(0, MAX_VALUES) },
    }),
    ...(method === 'resources/read' && { ttlMs, cacheScope: isPrivate ? 'private' : cacheScope }),
    _meta: { ...meta, ...own },
  })
  // Written here once: the transport sends the same text.
  const size = replyText(sealed).length
  if (size > maxSize)
    throw badReply(`The server answered ${method} with ${size} characters; at most ${maxSize} are passed on.`)
  return sealed
}
