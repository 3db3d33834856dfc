import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http'
import { listenHere } from './listen-here.ts'

/** An address that stays while the server behind it restarts. */
export interface Front extends AsyncDisposable {
  readonly origin: string
  /** Sends what comes to another server; without one it waits. */
  readonly lead: (to: URL | undefined) => void
}

/** Milliseconds for which a request waits for a server that restarts. */
const PATIENCE = 15_000
/** Requests that wait at once. */
const MOST = 256

/** Names of this machine, which no web page can make its own by a DNS that lies. (basic/transports/streamable-http#security--endpoint) */
const OWN = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i

/**
 * Listens on this machine only, and hands requests on. Whoever calls while the server restarts waits for it, so that clients notice
 * nothing but an open stream that ends, which they open again.
 *
 * @throws Failure when the port is taken.
 */
export async function openFront(port: number): Promise<Front> {
  let to: URL | undefined
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    if (!OWN.test(request.headers.host ?? '')) return void response.writeHead(403).end()
    if (to !== undefined) return handOn(request, response, to)
    if (waiting.size >= MOST) return refuse(response)
    const go = (): void => {
      clearTimeout(timer)
      waiting.delete(go)
      if (to === undefined) refuse(response)
      else handOn(request, response, to)
    }
    const timer = setTimeout(go, PATIENCE)
    waiting.add(go)
    response.on('close', () => {
      clearTimeout(timer)
      waiting.delete(go)
    })
  })
  return {
    origin: `http://127.0.0.1:${await listenHere(server, port)}`,
    lead: (next) => {
      to = next
      if (to !== undefined) for (const go of waiting) go()
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function handOn(request: IncomingMessage, response: ServerResponse, { hostname, port }: URL): void {
  const { method, url, headers } = request
  const onward = send({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  onward.on('error', () => (response.headersSent ? response.destroy() : refuse(response)))
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

const BODY = JSON.stringify({
  jsonrpc: '2.0',
  error: { code: -32603, message: 'The server does not run. The terminal of hawser dev says why.' },
})

const refuse = (response: ServerResponse): void => {
  if (!response.headersSent) response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' })
  response.end(BODY)
}
