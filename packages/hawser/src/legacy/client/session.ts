import { type Agreed, type Call, type Handle, isCallOf, type Reply, toAbortError } from '../../call/index.ts'
import { type InputRequest, isObject } from '../../protocol/index.ts'
import { wantsLog } from '../../stdio/connect.ts'
import type { ParsedNotification } from '../../wire/json-rpc.ts'
import type { Conversation, Exchange } from './conversation.ts'
import { describeServer, type Greeting, shakeHands } from './handshake.ts'
import { createHeldCalls, type HeldCalls, resumeHeld } from './held-calls.ts'
import { createListening } from './listening.ts'
import { createLogLevel } from './log-level.ts'
import { createQuestions, createWork, type Work } from './questions.ts'
import { checkOffered, outward, type Page, readPages } from './translate.ts'

/** A server that was greeted. */
export interface Session {
  readonly handle: Handle
  readonly agreed: Agreed
  readonly conversation: Conversation
}

/**
 * Greets the server and makes a handle of it. `first` is the call in whose name; `held` is where calls wait for answers, the
 * session's own when left out.
 */
export async function openSession(
  conversation: Conversation,
  first: Call,
  held: HeldCalls = createHeldCalls(),
): Promise<Session> {
  const { channel } = conversation
  // What is asked while the server is still being greeted is kept.
  const answering = createAnswering(conversation, first, held)
  const greeting = await shakeHands(conversation, first)
  // Some ask elsewhere than on the stream of the call.
  if (mayBeAsked(first)) await channel.listen()
  return {
    handle: (call) => answering(call, greeting),
    agreed: { protocolVersion: greeting.protocolVersion, transport: channel.transport },
    conversation,
  }
}

const mayBeAsked = ({ clientCapabilities: { elicitation, sampling, roots } }: Call): boolean =>
  (elicitation ?? sampling ?? roots) !== undefined

type Answering = (call: Call, greeting: Greeting) => Promise<Reply>

function createAnswering(conversation: Conversation, first: Call, held: HeldCalls): Answering {
  const working = new Map<number, Work>()
  const listening = createListening(conversation, mayBeAsked(first))
  const lowerLogLevel = createLogLevel(conversation)

  const begin = (work: Work): Exchange => {
    const exchange = conversation.start(work.call.method, (id) => outward(work.call, id), work.call.principal)
    working.set(exchange.id, work)
    return exchange
  }
  const end = ({ exchange }: Work): void => {
    if (exchange !== undefined) working.delete(exchange.id)
  }
  const questions = createQuestions(conversation, first, held, { begin, end, goOn: (work) => advance(work) })

  conversation.listenTo({
    onRequest: (request, from) => questions.ask(request, from === undefined ? undefined : working.get(from)),
    onMiss: listening.miss,
    onNotification: (notification, from) => {
      const { method, params } = notification
      if (method === 'notifications/cancelled') questions.withdraw(params['requestId'])
      else if (method === 'notifications/progress') report(notification)
      else if (method === 'notifications/message') {
        const work = from === undefined ? undefined : working.get(from)
        for (const each of work === undefined ? working.values() : [work]) {
          if (wantsLog(each.call, params['level'])) tell(each, { method, params: params as never })
        }
      } else listening.hear(method, params)
    },
  })

  const report = ({ params }: ParsedNotification): void => {
    const { progressToken: token, progress } = params
    const work = typeof token === 'number' ? working.get(token) : undefined
    const progressToken = work?.call.params._meta?.progressToken
    if (work === undefined || progressToken === undefined || typeof progress !== 'number') return
    tell(work, { method: 'notifications/progress', params: { ...params, progressToken, progress } })
  }

  const tell = ({ call, exchange }: Work, notification: Parameters<Call['notify']>[0]): void => {
    try {
      call.notify(notification)
    } catch (error) {
      // The caller's own error belongs to the caller.
      exchange?.fail(error)
    }
  }

  const advance = async (work: Work): Promise<Reply> => {
    try {
      return await questions.advance(work)
    } catch (error) {
      const pages = readPages(error)
      if (pages.length === 0 || work.call.clientCapabilities.elicitation?.url === undefined) throw error
      return visitPages(work.visited, pages, error)
    }
  }

  const visitPages = (visited: Set<string>, pages: readonly Page[], error: unknown): Reply => {
    const open = pages.filter(({ url }) => !visited.has(url))
    const requestState = held.hold({
      drop: () => {},
      resume: async (next, responses) => {
        for (const { url } of open) {
          const answer = Object.hasOwn(responses, url) ? responses[url] : undefined
          // Without the visit the server has nothing else to say.
          if (!isObject(answer) || answer['action'] !== 'accept') throw error
          visited.add(url)
        }
        return advance(createWork(next, visited))
      },
    })
    // Who is on the way to a page is not sent there twice: the call is tried again until it is done there.
    if (open.length === 0) return { resultType: 'input_required', requestState }
    const asked = open.map((page): [string, InputRequest] => [
      page.url,
      { method: 'elicitation/create', params: { mode: 'url', ...page } },
    ])
    return { resultType: 'input_required', requestState, inputRequests: Object.fromEntries(asked) }
  }

  return async (call, greeting) => {
    if (call.signal.aborted) throw toAbortError(call.signal.reason)
    if (call.method === 'server/discover') return describeServer(greeting)
    checkOffered(call.method, greeting)
    if (isCallOf(call, 'subscriptions/listen')) return listening.listen(call, greeting)
    const resumed = resumeHeld(held, call)
    if (resumed !== undefined) return resumed
    if (greeting.capabilities.logging !== undefined) await lowerLogLevel(call)
    return advance(createWork(call))
  }
}
