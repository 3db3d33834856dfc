import { badReply, ConnectionError, createLinkedController, after, untilAborted } from '../../call/index.ts'
import { mediaType } from '../../http/media-type.ts'
import { isMessage, readWholeEvents, type ServerEvent } from '../../wire/events.ts'
import type { Channel, Inbox } from './channel.ts'
import { Refused } from './errors.ts'
import { type HttpWay, isStream, leave, readFailure, sendRequest } from './http-way.ts'

/** How long the server may take to name the endpoint for messages, in milliseconds. */
const PATIENCE = 10_000

/** A stream of events whose first one named where messages go. */
export interface SseStream {
  readonly endpoint: string
  readonly events: AsyncGenerator<ServerEvent, void>
  readonly close: () => void
}

/**
 * Opens the stream of a server of 2024-11-05, which then names where to post messages. `closing` ends the wait for it.
 *
 * @throws ConnectionError `bad_reply` when the URL has no such stream, or when it names an endpoint elsewhere, which would
 * be sent what is meant for this server; `timeout`. (2024-11-05 basic/transports#http-with-sse)
 */
export async function openSseStream(url: string, way: HttpWay, closing: AbortSignal): Promise<SseStream> {
  const { controller, release } = createLinkedController([closing])
  const close = (): void => controller.abort()
  const late = new ConnectionError('timeout', 'The server did not name its endpoint for messages.')
  const stop = after(PATIENCE, () => controller.abort(late))
  try {
    const headers = { accept: 'text/event-stream' }
    const response = await sendRequest(way, url, { method: 'GET', headers, signal: controller.signal })
    if (!isStream(response)) {
      leave(response.body)
      throw new Refused(response.status, mediaType(response.headers.get('content-type')))
    }
    const events = readWholeEvents(response.body!, { maxEventBytes: way.maxBytes })
    // A `fetch` of somebody's own may go on reading.
    const endpoint = await untilAborted(controller.signal, findEndpoint(events, url))
    return { endpoint, events, close }
  } catch (error) {
    close()
    throw error
  } finally {
    stop()
    release()
  }
}

async function findEndpoint(events: AsyncGenerator<ServerEvent, void>, url: string): Promise<string> {
  for (;;) {
    const { value: event, done } = await events.next()
    if (done === true) throw badReply('The server ended its stream before it named its endpoint for messages.')
    if (event.type !== 'endpoint') continue
    const endpoint = URL.parse(event.data ?? '', url)
    if (endpoint?.origin === new URL(url).origin) return endpoint.href
    throw badReply('The server names an endpoint for messages that is not its own.')
  }
}

/** Speaks over HTTP+SSE: every answer comes on the one stream. (2024-11-05 basic/transports#http-with-sse) */
export function openSse({ endpoint, events, close }: SseStream, way: HttpWay, inbox: Inbox): Channel {
  const closing = new AbortController()
  let lastId = 0

  const post = async (body: string, signal: AbortSignal): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const response = await sendRequest(way, endpoint, { method: 'POST', headers, body, signal })
    if (!response.ok) throw (await readFailure(response, way.maxBytes)).error
    leave(response.body)
  }

  const follow = async (): Promise<void> => {
    let cause: unknown
    try {
      for await (const { type, data } of events) if (data && isMessage(type)) inbox.receive(data)
    } catch (error) {
      cause = error
    }
    inbox.end(new ConnectionError('disconnected', 'The server ended the stream of answers.', { cause }))
  }
  void follow()

  return {
    transport: 'HTTP+SSE',
    nextId: () => ++lastId,
    request: async (_, json, signal) => {
      await post(json, AbortSignal.any([signal, closing.signal]))
      return true
    },
    send: (json) => post(json, closing.signal),
    agree: () => {},
    listen: async () => true,
    stopListening: () => {},
    hold: () => {},
    close: async () => {
      closing.abort()
      close()
    },
  }
}
