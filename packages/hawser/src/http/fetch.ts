import { documentPath, type ServeDocument } from './documents.ts'
import type { EventQueue } from './event-queue.ts'
import { createExchange, type HttpOptions, type HttpService } from './exchange.ts'
import type { Principal } from '../call/index.ts'
import type { HttpReply, HttpRequest } from './message.ts'
import { type Body, decodeBody, readBody } from './read-body.ts'
import { refuse } from './refusals.ts'

/** Blanks around a value are no part of it, but workerd keeps them. (RFC 9110 §5.5) */
function withoutPadding(value: string): string {
  const isPadded = value.charCodeAt(0) <= SPACE || value.charCodeAt(value.length - 1) <= SPACE
  return isPadded ? value.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, '') : value
}

const SPACE = 0x20

/** A `Request` seen as the exchange wants it. */
class FetchRequest implements HttpRequest {
  readonly #request: Request
  readonly #headers: Headers
  readonly env: unknown
  principal: Principal | undefined

  constructor(request: Request, env: unknown) {
    this.#request = request
    this.#headers = request.headers
    this.env = env
  }

  get method(): string {
    return this.#request.method
  }

  get url(): string {
    return this.#request.url
  }

  header(name: string): string | undefined {
    const value = this.#headers.get(name)
    if (value !== null) return withoutPadding(value)
    // A request made in process has no Host header; its URL says the same. (RFC 9110 §7.2)
    return name === 'host' ? /^https?:\/\/([^/?#]*)/.exec(this.url)?.[1] : undefined
  }

  onDisconnect(callback: () => void): void {
    const { signal } = this.#request
    if (signal.aborted) callback()
    else signal.addEventListener('abort', callback, { once: true })
  }
}

/**
 * Serves MCP wherever `fetch` handlers run: Workers, Deno, Bun, a test. It answers on every path, so mount it where the
 * endpoint shall be.
 *
 * Web pages are kept out by `Origin`. Whoever serves on a reader's own machine also sets `allowedHosts` to
 * `['localhost', '127.0.0.1', '[::1]']`, since a handler cannot see where its server is bound.
 *
 * @example
 * const handle = createFetchHandler(server)
 * export default { fetch: handle }
 * @throws TypeError when `allowedHosts` or `allowedOrigins` is malformed. The handler itself never rejects for what a
 * caller sends.
 * @see basic/transports/streamable-http
 */
export function createFetchHandler(
  service: HttpService,
  options: HttpOptions = {},
): (request: Request, env?: unknown) => Promise<Response> {
  const exchange = createExchange(service, options)
  return async (request, env) => {
    const document = exchange.document && serveDocument(exchange.document, request)
    if (document !== undefined) return toResponse(document)
    const incoming = new FetchRequest(request, env)
    const admitted = exchange.page?.(incoming) ?? exchange.admit(incoming)
    const refusal = admitted instanceof Promise ? await admitted : admitted
    if (refusal !== undefined) return toResponse(refusal)
    const body = await readRequest(request, incoming.header('content-length'), exchange.maxBytes)
    if (body.problem !== undefined) return toResponse(refuse(body.problem))
    const reply = exchange.answer(incoming, body.text)
    return toResponse(reply instanceof Promise ? await reply : reply)
  }
}

function serveDocument(serve: ServeDocument, { url, method }: Request): HttpReply | undefined {
  const path = documentPath(url)
  return path === undefined ? undefined : serve(method, path)
}

async function readRequest(
  request: Request,
  declared: string | undefined,
  maxBytes: number,
): Promise<Body | typeof BROKEN> {
  try {
    // Workers read a body whose length is declared much faster as a whole than in pieces; `admit` has checked the length.
    if (!(Number(declared) > 0)) return await readBody(request.body, maxBytes)
    const bytes = await request.arrayBuffer()
    return bytes.byteLength > maxBytes ? { problem: 'too_large' } : decodeBody(bytes)
  } catch {
    // The caller left in the middle, or somebody else has read it.
    return BROKEN
  }
}

const BROKEN = { problem: 'unreadable' } as const

function toResponse(reply: HttpReply): Response {
  return new Response(reply.stream === undefined ? reply.body : toReadable(reply.stream), reply)
}

const encoder = /* @__PURE__ */ new TextEncoder()

/** Pulled as the reader reads, so that what waits, waits in the queue, which is bounded. */
function toReadable(events: EventQueue): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const text = await events.next()
        if (text === undefined) controller.close()
        else controller.enqueue(encoder.encode(text))
      },
      cancel: events.cancel,
    },
    { highWaterMark: 0 },
  )
}
