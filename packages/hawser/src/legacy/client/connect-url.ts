import {
  type Agreed,
  badReply,
  type Call,
  closedError,
  Closing,
  createLinkedController,
  type Handle,
  isReceived,
  type Link,
  ProtocolError,
  type Reply,
  untilAborted,
} from '../../call/index.ts'
import { checkUrl, chooseSend, connectHttp, type ConnectHttpOptions } from '../../http/connect.ts'
import { mediaType } from '../../http/media-type.ts'
import { prepareHeaders } from '../../http/own-headers.ts'
import { readBody } from '../../http/read-body.ts'
import type { Received, Send } from '../../http/send.ts'
import { PROTOCOL_VERSION } from '../../protocol/index.ts'
import { MAX_REPLY_VALUES, parseMessage } from '../../wire/json-rpc.ts'
import { isTyped } from '../../wire/reply.ts'
import { eraOf, judgeAnswer, KNOWN_NUMBERS } from './era.ts'
import { GreetingFailed, isPuzzled, Refused } from './errors.ts'
import { isOurs } from './http-way.ts'
import { createOldHttp } from './old-http.ts'
import type { Sessions } from './sessions.ts'

/** How long a server may take to say what it is, in milliseconds. */
const ASK_MS = 60_000

const PRESENT: Agreed = { protocolVersion: PROTOCOL_VERSION, transport: 'Streamable HTTP' }

/**
 * Reaches a server of any revision over HTTP. A call is sent as the present revision has it; a server that does not know
 * that revision is greeted by the handshake, over Streamable HTTP or HTTP+SSE. What was found holds until it proves wrong,
 * and what says nothing of the server – 401, 429, 5xx, silence – is passed on as the error that it is.
 *
 * @throws TypeError when `url` is not http or https. Calls reject as those of `connectHttp`.
 * @see basic/transports/streamable-http#backward-compatibility
 */
export function connectUrl(url: string | URL, options: ConnectHttpOptions = {}, by?: Send): Link {
  const { maxBytes = 16 * 1024 * 1024 } = options
  const endpoint = checkUrl(url)
  const send = chooseSend(options, endpoint, by)
  const headers = prepareHeaders(options.headers)
  // What was chosen here signs in already.
  const present = connectHttp(
    url,
    { ...options, fetch: undefined, auth: undefined },
    {
      send,
      inspect: (response) => (isPuzzled(response.status) ? checkAnswer(response, maxBytes) : response),
    },
  )
  /** What the server is known to speak; its sessions when that is an earlier revision. */
  let era: 'unknown' | 'doubtful' | 'present' | Sessions = 'unknown'
  let hasAnswered = false
  let asking: Promise<boolean> | undefined
  /** The number by which the server last refused to say what it is. */
  let refusedBy: number | undefined
  let opening: Promise<Sessions> | undefined
  const closing = new Closing()
  /** The latest sessions, open or not. */
  let past: Sessions | undefined

  /** Asks a server that has refused a call what it is. */
  const isPast = async (call: Call): Promise<boolean> => {
    if (call.method === 'server/discover') return true
    refusedBy = undefined
    const { controller, release } = createLinkedController([AbortSignal.timeout(ASK_MS), closing])
    try {
      // Callers share the answer, so that none of them ends the question for the others.
      const { signal } = controller
      const answer = await present({ ...call, method: 'server/discover', params: {}, notify: () => {}, signal })
      if (judgeAnswer(answer) === 'past') return true
      era = 'present'
      return false
    } catch (error) {
      if (!(error instanceof ProtocolError)) return error instanceof Refused
      refusedBy = error.number
      return eraOf(error) !== 'present'
    } finally {
      release()
    }
  }

  /** Whether a call was refused because the server is of the past. */
  const isRefusalOfPast = (error: unknown, call: Call): Promise<boolean> | boolean => {
    if (error instanceof Refused && era !== 'present') return true
    const isSaid = error instanceof ProtocolError && isReceived(error)
    if (!isSaid && !(error instanceof Refused)) return false
    const says = isSaid ? eraOf(error) : 'either'
    if (says === 'present') era = 'present'
    if (says === 'present' || (isSaid && era === 'present')) return false
    if (isSaid && error.code === 'unsupported_version') return true
    // Also a server of today refuses calls in words of its own.
    return ask(call)
  }

  const ask = (call: Call): Promise<boolean> => {
    asking ??= isPast(call).finally(() => {
      asking = undefined
    })
    return untilAborted(call.signal, asking)
  }

  const openPast = async (call: Call): Promise<Sessions> => {
    const sessions = (past = createOldHttp(endpoint, { send, headers, maxBytes }))
    await sessions.greet(call)
    era = sessions
    return sessions
  }

  const greet = (call: Call): Promise<Sessions> => {
    opening ??= openPast(call).finally(() => {
      opening = undefined
    })
    return untilAborted(call.signal, opening)
  }

  /** @param refusal What the server said to the call as the present revision has it. */
  const callPast = async (call: Call, refusal: unknown): Promise<Reply> => {
    const sessions = await greet(call).catch((error: unknown) => {
      if (!(error instanceof GreetingFailed)) throw error
      const { cause } = error
      // Where nothing works, what was said first says most.
      throw cause instanceof Refused || (cause instanceof ProtocolError && refusal instanceof ProtocolError)
        ? refusal
        : cause
    })
    if (!wasNotRun(call, refusal, refusedBy)) throw refusal
    return sessions.handle(call)
  }

  /** Some servers of the past answer without having been greeted, and then cannot do all that they could. */
  const resolveDoubt = async (call: Call): Promise<Sessions | undefined> => {
    if (!(await ask(call))) return undefined
    return greet(call).catch((error: unknown) => {
      if (!(error instanceof GreetingFailed) || !isVerdict(error.cause)) throw error
      // It is as it is, and does what it can.
      era = 'present'
      return undefined
    })
  }

  const callPresent = async (call: Call): Promise<Reply> => {
    const sessions = era === 'doubtful' ? await resolveDoubt(call) : undefined
    if (sessions !== undefined) return sessions.handle(call)
    let reply: Reply
    try {
      reply = await present(call)
    } catch (error) {
      if (!(await isRefusalOfPast(error, call))) throw error
      return callPast(call, error)
    }
    if (call.method === 'server/discover' && judgeAnswer(reply) === 'past') {
      return callPast(call, badReply('The server answered server/discover with something that is not its result.'))
    }
    hasAnswered = true
    if (era === 'unknown') era = isTyped(reply) ? 'present' : 'doubtful'
    return reply
  }

  const handle: Handle = async (call) => {
    try {
      if (typeof era !== 'object') return await callPresent(call)
      const sessions = era
      try {
        return await sessions.handle(call)
      } catch (error) {
        const isWrong = error instanceof GreetingFailed && isVerdict(error.cause)
        if (!isWrong) throw error
        if (era === sessions) era = 'unknown'
        void sessions.close()
        return await callPresent(call)
      }
    } catch (error) {
      throw error instanceof GreetingFailed ? error.cause : error
    }
  }

  return {
    handle,
    agreed: () => (typeof era === 'object' ? era.agreed : hasAnswered ? PRESENT : undefined),
    [Symbol.asyncDispose]: async () => {
      closing.abort(closedError())
      await past?.close()
    },
  }
}

/** Lets pass what an endpoint of the present revision may refuse with, and whatever is the answer to the request itself. */
async function checkAnswer(response: Received, maxBytes: number): Promise<Received> {
  const { status, headers, body } = response
  const type = mediaType(headers.get('content-type'))
  const { text = '' } = await readBody(body, maxBytes)
  const message = parseMessage(text, MAX_REPLY_VALUES)
  const isAnswer = (message.kind === 'failure' || message.kind === 'response') && isOurs(message.id)
  if (!isAnswer && !(message.kind === 'failure' && KNOWN_NUMBERS.has(message.error.code)))
    throw new Refused(status, type.slice(0, 100))
  return new Response(text, { status, headers: { 'content-type': 'application/json' } })
}

/** Whether a refused greeting tells that the server is not what it was. */
const isVerdict = (cause: unknown): boolean =>
  cause instanceof ProtocolError || (cause instanceof Refused && cause.isPuzzled)

/** Errors of a server that has not begun. */
const BEFORE_WORK: ReadonlySet<string> = new Set(['method_not_found', 'invalid_request', 'unsupported_version'])

/**
 * Whether a refusal shows that a tool did not run, so that the call may be sent once more. Servers that refuse whoever has
 * not greeted them refuse in the same way to say what they are.
 */
function wasNotRun({ method }: Call, refusal: unknown, refusedBy: number | undefined): boolean {
  if (method !== 'tools/call' || refusal instanceof Refused) return true
  return refusal instanceof ProtocolError && (BEFORE_WORK.has(refusal.code) || refusal.number === refusedBy)
}
