import { ConnectionError, type Service } from '../../call/index.ts'
import { createEventQueue } from '../../http/event-queue.ts'
import type { HttpFallbackOptions, HttpReply, HttpRequest } from '../../http/index.ts'
import { EVENT_HEADERS } from '../../http/message.ts'
import { encodeEvent } from '../../wire/events.ts'
import type { ParsedRequest } from '../../wire/json-rpc.ts'
import { hasFeature, REVISIONS, type Revision } from '../revisions.ts'
import { answerPost, type Outlet } from './answer-post.ts'
import { Conversation, STATELESS } from './conversation.ts'
import type { OldClient } from './read-client.ts'
import type { Caller } from './translate-call.ts'

/**
 * What a client that is not known may be asked for: only what it need not send back. The error of pages to visit is for
 * whoever has read of it.
 */
const STRANGERS = new Map<Revision, OldClient>(
  REVISIONS.map((revision) => {
    const capabilities = hasFeature(revision, 'urlElicitation') ? { elicitation: { url: {} } } : {}
    return [revision, { revision, info: undefined, capabilities }]
  }),
)

/** Answers the requests of one POST where nothing is kept between them. */
export function answerStateless(
  service: Service,
  incoming: HttpRequest,
  requests: readonly ParsedRequest[],
  { isBatch, revision, caller }: { readonly isBatch: boolean; readonly revision: Revision; readonly caller: Caller },
  { maxEvents, maxLength, keepAliveMs }: HttpFallbackOptions,
): Promise<HttpReply> {
  const conversation = new Conversation(service, STRANGERS.get(revision)!, STATELESS)
  const gone = new AbortController()
  // The answer could never be fetched, nor could the call be cancelled in another way.
  const leave = (): void => gone.abort(new ConnectionError('aborted', 'The caller went away.'))
  incoming.onDisconnect(leave)
  const open = (): Outlet => {
    const queue = createEventQueue({ maxEvents, maxLength, keepAliveMs })
    queue.onBreak(leave)
    return {
      reply: { status: 200, headers: EVENT_HEADERS, stream: queue },
      send: (json, key) => queue.push(encodeEvent(json), key),
      end: (json) => queue.end(json === undefined ? '' : encodeEvent(json)),
    }
  }
  return answerPost(requests, {
    isBatch,
    answer: (request, channel) => conversation.answer(request, channel, caller, gone.signal),
    open,
    challenge: service.auth?.challenge,
  })
}
