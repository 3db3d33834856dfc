import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { OAuth } from '../create-oauth.ts'

/** Where requests come from, for as long as somebody holds them. */
const addresses = new WeakMap<Request, string>()

/** The address that a request of `nodeHandler` came from: `clientAddress`, unless a proxy stands in front. */
export const socketAddress = (request: Request): string | undefined => addresses.get(request)

/** A listener for `node:http`, which knows what paths are its own. */
export interface NodeHandler {
  (incoming: IncomingMessage, outgoing: ServerResponse): void
  readonly handles: (pathname: string) => boolean
}

/**
 * A listener for `node:http` and what is made of it.
 *
 * @example
 * createServer(nodeHandler(oauth)).listen(3000)
 * @example
 * await listen(server, { port: 3000, beside: nodeHandler(oauth) }) // of hawser/node
 */
export function nodeHandler({ issuer, fetch, handles }: Pick<OAuth, 'issuer' | 'fetch' | 'handles'>): NodeHandler {
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    void answer(issuer, fetch, incoming, outgoing).catch((error: unknown) => {
      // Nobody is left to be told but the connection.
      outgoing.destroy(error instanceof Error ? error : undefined)
    })
  }
  return Object.assign(serve, { handles })
}

async function answer(
  issuer: string,
  fetch: OAuth['fetch'],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = toRequest(issuer, incoming)
  const { remoteAddress } = incoming.socket
  if (request && remoteAddress !== undefined) addresses.set(request, remoteAddress)
  const response = request ? await fetch(request) : new Response(null, { status: 400 })
  const cookies = response.headers.getSetCookie()
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'set-cookie'))
  // What was not read of a body would be taken for the next request.
  if (!incoming.complete) outgoing.shouldKeepAlive = false
  outgoing.writeHead(response.status, { ...headers, ...(cookies.length > 0 && { 'set-cookie': cookies }) })
  outgoing.end(incoming.method === 'HEAD' ? undefined : new Uint8Array(await response.arrayBuffer()))
}

/** Stands before the path where a proxy asks, and in place of the header. (RFC 9112 section 3.2.2) */
const AUTHORITY = /^https?:\/\/([^/?#]*)/i

/** The path is the client's; the host is ours, whatever it says. `undefined` for what is no request of HTTP to a server. */
function toRequest(issuer: string, incoming: IncomingMessage): Request | undefined {
  const { method = 'GET', url = '/', rawHeaders } = incoming
  const [start = '', host] = AUTHORITY.exec(url) ?? []
  const target = host === undefined ? url : url.slice(start.length).replace(/^(?!\/)/, '/')
  if (!target.startsWith('/') || !URL.canParse(target.replace(/^\/+/, '/'), issuer)) return undefined
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!)
  const hasBody = method !== 'GET' && method !== 'HEAD'
  try {
    if (host !== undefined) headers.set('host', host)
    return new Request(new URL(target.replace(/^\/+/, '/'), issuer), {
      method,
      headers,
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' }),
    })
  } catch {
    return undefined
  }
}
