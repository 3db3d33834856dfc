import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import {
  createExchange,
  type Exchange,
  type HttpOptions,
  type HttpReply,
  type HttpService,
  LOOPBACK_HOSTS,
  refuse,
  type SessionOptions,
} from '../http/index.ts'
import { NodeRequest, readIncoming, readTarget } from './node-request.ts'
import { refuseUnread, writeReply } from './write-reply.ts'

/** Where to listen, and whom to answer. */
export interface ListenOptions extends Omit<HttpOptions, 'sessions' | 'ssePath'> {
  /** 0 for any free port; 3000 by default. */
  readonly port?: number | undefined
  /** The address to bind; `127.0.0.1` by default, so that only this machine can call. */
  readonly host?: string | undefined
  /** The path of the endpoint; `/mcp` by default. */
  readonly path?: string | undefined
  /**
   * Sessions for clients of earlier revisions, so that tools can ask them and tell them what changed. On by default;
   * `false` where the next request may reach another process.
   */
  readonly sessions?: SessionOptions | false | undefined
  /** Serves the HTTP+SSE transport of the first revision, too, to clients that open their stream at this path; it may be `path`. */
  readonly sse?: string | undefined
  /** Serves other paths of the same port, such as an authorization server: `nodeHandler(oauth)` of `@hawser/oauth/node`. */
  readonly beside?: Beside | undefined
  /** Milliseconds that open calls get to finish when the listener closes; 5000 by default. */
  readonly closeTimeoutMs?: number | undefined
}

/** What answers paths of its own. Who may call it, and how much they may send, is for it to say. */
export interface Beside {
  (incoming: IncomingMessage, outgoing: ServerResponse): void
  readonly handles: (pathname: string) => boolean
}

/** A server that listens on a port. */
export interface Listener extends AsyncDisposable {
  /** Where clients connect to, with the port that was really taken. */
  readonly url: string
  /** Takes no more calls, ends subscriptions, waits for open calls and then drops what is left. */
  readonly close: () => Promise<void>
}

const LOOPBACK_ADDRESS = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

/** A caller that sends this slowly is not sending. (milliseconds) */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
}

/**
 * Serves MCP over Streamable HTTP with `node:http`. Bound to loopback, as by default, it answers to loopback names only;
 * bound elsewhere it answers to every name unless `allowedHosts` says which.
 *
 * @example
 * await using listener = await listen(server, { port: 3000 })
 * console.log(`Listening on ${listener.url}`)
 * @throws Error when the port is taken or the address is not this machine's; TypeError when `allowedHosts` or
 * `allowedOrigins` is malformed; RangeError when a cap of `sessions` is below 1.
 * @see basic/transports/streamable-http
 */
export async function listen(service: HttpService, options: ListenOptions = {}): Promise<Listener> {
  const { port = 3000, host = '127.0.0.1', path = '/mcp', sse, beside, sessions = {}, closeTimeoutMs = 5_000 } = options
  const isLocal = LOOPBACK_ADDRESS.test(host)
  const exchange = createExchange(service, {
    ...options,
    sessions: sessions === false ? undefined : sessions,
    ssePath: sse,
    allowedHosts: options.allowedHosts ?? (isLocal ? LOOPBACK_HOSTS : undefined),
  })

  const { maxBytes } = exchange
  let closing: Promise<void> | undefined

  const write = (outgoing: ServerResponse, reply: HttpReply): void => {
    if (closing !== undefined) outgoing.shouldKeepAlive = false
    writeReply(outgoing, reply)
  }

  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const target = readTarget(incoming.url)
    const isEndpoint = target.path === path || target.path === sse
    if (!isEndpoint && beside?.handles(target.path) === true) return beside(incoming, outgoing)
    if (exchange.page !== undefined && incoming.method !== 'POST' && (isEndpoint || target.path === '/')) {
      const page = exchange.page(new NodeRequest(incoming, outgoing, target), path)
      if (page !== undefined) return refuseUnread(incoming, outgoing, page, maxBytes)
    }
    if (!isEndpoint) {
      const document = exchange.document?.(incoming.method ?? '', target.path)
      return refuseUnread(incoming, outgoing, document ?? refuse('notFound'), maxBytes)
    }
    const request = new NodeRequest(incoming, outgoing, target)
    const admitted = exchange.admit(request)
    if (!(admitted instanceof Promise)) return proceed(incoming, outgoing, request, admitted)
    void admitted.then((refusal) => proceed(incoming, outgoing, request, refusal))
  }

  const proceed = (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    request: NodeRequest,
    refusal: HttpReply | undefined,
  ): void => {
    if (refusal !== undefined) return refuseUnread(incoming, outgoing, refusal, maxBytes)
    readIncoming(incoming, maxBytes, (body) => {
      if (body.problem === 'too_large') return refuseUnread(incoming, outgoing, refuse('too_large'), maxBytes)
      if (body.problem !== undefined) return write(outgoing, refuse(body.problem))
      const reply = exchange.answer(request, body.text)
      if (reply instanceof Promise) void reply.then((settled) => write(outgoing, settled))
      else write(outgoing, reply)
    })
  }

  const server = createServer(LIMITS, serve)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await bind(server, port, host)
  server.on('error', (cause) => service.log({ level: 'error', message: 'The HTTP listener failed.', cause }))
  const { port: taken } = server.address() as AddressInfo
  const close = (): Promise<void> => (closing ??= closeGently({ server, sockets, service, exchange }, closeTimeoutMs))
  return { url: `http://${urlHost(host)}:${taken}${path}`, close, [Symbol.asyncDispose]: close }
}

/** A name by which this machine reaches the address: one that stands for all of them is no destination. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => reject(explain(cause, port, host))
    server.once('error', fail).listen(port, host, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

function explain(cause: NodeJS.ErrnoException, port: number, host: string): Error {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new Error(`Port ${port} of ${host} is in use. Choose another port, or 0 for any free one.`, { cause })
    case 'EACCES':
      return new Error(`Port ${port} of ${host} needs more rights. Choose a port above 1023.`, { cause })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`${host} is no address of this machine. Use 127.0.0.1, or 0.0.0.0 for every address.`, { cause })
    default:
      return cause
  }
}

/** Milliseconds between looks for connections that have become idle while the listener closes. */
const IDLE_CHECK_MS = 25
/** Milliseconds that a new connection gets to say something when the listener closes: its request may be on the way. */
const SILENT_MS = 200

interface Closing {
  readonly server: Server
  readonly sockets: ReadonlySet<Socket>
  readonly service: HttpService
  readonly exchange: Exchange
}

async function closeGently({ server, sockets, service, exchange }: Closing, timeoutMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  exchange.release()
  const ended = service.close().catch((cause: unknown) => {
    service.log({ level: 'error', message: 'The server could not close gracefully.', cause })
  })
  const start = Date.now()
  const closeIdle = (): void => {
    // A connection whose stream has just ended would otherwise be kept alive for the next request.
    server.closeIdleConnections()
    // To Node one that has not said anything yet is busy. `fetch` opens such a one when it breaks off a stream.
    if (Date.now() - start >= SILENT_MS) for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
  const idle = setInterval(closeIdle, IDLE_CHECK_MS)
  let deadline: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => (deadline = setTimeout(resolve, timeoutMs)))
  await Promise.race([Promise.all([closed, ended]), late])
  clearInterval(idle)
  clearTimeout(deadline)
  exchange.close()
  server.closeAllConnections()
}
