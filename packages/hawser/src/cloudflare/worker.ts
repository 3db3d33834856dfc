import { SERVED, type Serves, type Service } from '../call/index.ts'
import { createFetchHandler, type HttpOptions, type HttpService, LOOPBACK_HOSTS, refuse } from '../http/index.ts'
import { workers } from '#workers'
import { type Bound, checkBindings } from './check-bindings.ts'
import type { QueueConsumer } from './audit/keep-audit.ts'
import type { ExecutionContext, MessageBatch } from './runtime.ts'
import type { WorkerSessions } from './sessions/durable-sessions.ts'

/** What answers paths of its own beside the endpoint, such as a server of `@hawser/oauth`. Who may call it is for it to say. */
export interface Beside {
  readonly handles: (pathname: string) => boolean
  readonly fetch: (request: Request, env: unknown, context: ExecutionContext) => Response | Promise<Response>
}

/** A server as a kit makes it; one that was made otherwise says nothing of bindings. */
type Served = HttpService & Bound

/** Where a Worker answers, and whom. */
export interface WorkerOptions extends Omit<HttpOptions, 'sessions' | 'ssePath'> {
  /** The path of the endpoint: that of the resource that the server is protected as, else `/mcp`. */
  readonly path?: string | undefined
  /** Serves other paths of the same Worker. */
  readonly beside?: Beside | undefined
  /** Holds sessions for the clients that need one, `durableSessions({ … })`; nothing is kept between requests when left out. */
  readonly sessions?: WorkerSessions | undefined
  /** Takes what Queues bring, each by its name: `{ audit: keepAudit({ … }) }`. */
  readonly queues?: Readonly<Record<string, QueueConsumer>> | undefined
}

/** What a Worker exports as its default. */
export interface HawserWorker<S = unknown> extends Serves<S> {
  readonly fetch: (request: Request, env: unknown, context: ExecutionContext) => Promise<Response>
  readonly queue: (batch: MessageBatch, env: unknown, context: ExecutionContext) => Promise<void>
}

/** Milliseconds after which a stream that nobody reads is ended: the runtime tells late, or never, that somebody left. */
const STALL = 60_000

/**
 * Makes a Worker of a server. What calls leave to be done after their answer, such as writing an audit log, is done before the
 * invocation ends.
 *
 * A server that is protected as a resource answers to the host of that resource, and on this machine; one that is not, to every
 * name that is routed to the Worker.
 *
 * @example
 * export default worker(server, { beside: oauth })
 * @throws TypeError when a tool, a resource or a prompt names a binding that is not there, `path` is not that of the resource or is answered by `beside`, or
 * `allowedHosts` or `allowedOrigins` is malformed.
 * @see https://developers.cloudflare.com/workers/runtime-apis/handlers/fetch/
 */
export function worker<S extends Served>(service: S, options: WorkerOptions = {}): HawserWorker<S> {
  return createWorker(service, options, true)
}

/** As `worker()`; without looking for bindings where another Worker answers, and this one has the objects. */
export function createWorker<S extends Served>(
  service: S,
  options: WorkerOptions,
  isComplete: boolean,
): HawserWorker<S> {
  const { beside, sessions, queues = {}, ...others } = options
  const { auth, flush } = service
  const resource = auth?.resource === undefined ? undefined : new URL(auth.resource)
  if (isComplete) checkBindings(service, workers.env)
  const path = checkPath(options.path, resource, beside)
  const allowedHosts = options.allowedHosts ?? (resource && [resource.host, ...LOOPBACK_HOSTS])
  const http: HttpOptions = { stallMs: STALL, ...others, allowedHosts }
  const handle = createFetchHandler(flush === undefined ? service : flushed(service, flush), http)
  sessions?.register(path, (held) => createFetchHandler(service, { ...http, sessions: held }))
  const notFound = refuse('notFound')
  const tellHost = createHostWarning(service, resource, options.allowedHosts)

  const answerInSession = async (by: WorkerSessions, request: Request, env: unknown): Promise<Response> => {
    const answered = await by.answer(path, request)
    return answered instanceof Response ? answered : handle(answered, env)
  }
  const answer =
    sessions === undefined ? handle : (request: Request, env: unknown) => answerInSession(sessions, request, env)

  // Nearly all requests are for one URL, so the last that was that of the endpoint is not taken apart again.
  let endpointUrl: string | undefined

  return {
    [SERVED]: service,
    fetch: async (request, env, context) => {
      const { url } = request
      if (url !== endpointUrl) {
        const { pathname } = new URL(url)
        if (pathname === path) endpointUrl = url
        else if (beside?.handles(pathname) === true) return beside.fetch(request, env, context)
        else if (auth === undefined || !pathname.startsWith('/.well-known/'))
          return new Response(notFound.body, notFound)
      }
      const response = await answer(request, env)
      if (response.status === 403) tellHost(new URL(url).hostname)
      // Those who keep account hear of requests that never became calls.
      if (flush !== undefined) context.waitUntil(flush())
      return response
    },
    queue: async (batch, env, context) => {
      if (workers.env !== undefined && !isBrought(batch)) throw new TypeError('Only a Queue brings messages here.')
      if (Object.hasOwn(queues, batch.queue)) return queues[batch.queue]!.queue(batch, env, context)
      const known = Object.keys(queues).join(', ') || 'none'
      throw new Error(`worker({ queues }) has nobody for the Queue "${batch.queue}", only for: ${known}.`)
    },
  }
}

/**
 * Whether the runtime brings it. A Worker that is bound to this one calls `queue` as well: what it hands over is a copy, which inherits no
 * method of a batch, or a stub, whose members are no texts.
 */
const isBrought = (batch: MessageBatch): boolean =>
  typeof batch.queue === 'string' &&
  typeof Reflect.get(batch, 'ackAll') === 'function' &&
  !Object.hasOwn(batch, 'ackAll')

function checkPath(given: string | undefined, resource: URL | undefined, beside: Beside | undefined): string {
  const path = given ?? resource?.pathname ?? '/mcp'
  if (!path.startsWith('/')) throw new TypeError(`worker({ path }) begins with a slash, as "/mcp"; got "${path}".`)
  if (resource !== undefined && resource.pathname !== path) {
    const message = `worker({ path: '${path}' }) serves another path than the resource ${resource.href}, which clients and tokens name.`
    throw new TypeError(`${message} Leave \`path\` out, or change \`resource\`.`)
  }
  if (beside?.handles(path) === true)
    throw new TypeError(
      `worker({ beside }) answers ${path} itself, which is the path of the endpoint. Change one of them.`,
    )
  return path
}

/** Has the invocation last until a call has ended and what it left to be done is done, even if its caller leaves. */
function flushed(service: HttpService, flush: () => Promise<void>): HttpService {
  const handle: Service['handle'] = (call) => {
    const reply = service.handle(call)
    workers.waitUntil(reply.then(flush, flush))
    return reply
  }
  return { ...service, handle }
}

/** Says once why everything is refused under a name that is not that of the resource, such as one of workers.dev. */
function createHostWarning(
  { log }: Service,
  resource: URL | undefined,
  given: readonly string[] | undefined,
): (hostname: string) => void {
  let isSaid = resource === undefined || given !== undefined
  return (hostname) => {
    if (isSaid || hostname === resource?.hostname || LOOPBACK_HOSTS.includes(hostname)) return
    isSaid = true
    const message = `Requests for ${hostname} are refused, since tokens are for ${resource?.href}.`
    log({ level: 'warn', message: `${message} Set \`resource\` to the URL that clients use, or \`allowedHosts\`.` })
  }
}
