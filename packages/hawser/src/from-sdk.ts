import { type Handle, logToStderr, type Log, type Principal, ProtocolError } from './call/index.ts'
import { connectHttp } from './http/connect.ts'
import type { Send } from './http/send.ts'
import {
  askNobody,
  createOpenForCall,
  rerunEachCall,
  type SdkAuthInfo,
  type SdkContext,
  type SdkServer,
  serveEachCall,
  shareServer,
} from './legacy/sdk/index.ts'
import { createReceiver, type Local } from './wire/loopback.ts'

export type { SdkAuthInfo, SdkContext, SdkServer } from './legacy/sdk/index.ts'

/** What `createMcpHandler(…)` of version 2 of the SDK makes. */
export interface SdkHandler {
  readonly fetch: (request: Request, options: { authInfo?: SdkAuthInfo; parsedBody?: unknown }) => Promise<Response>
}

/** A server of the official SDK, or what makes one. */
export type SdkSource = SdkHandler | SdkServer | ((context: SdkContext) => SdkServer | Promise<SdkServer>)

/** What is told to handlers and to the log. */
export interface FromSdkOptions {
  /** What handlers find as `authInfo`, of a caller who is proven; the caller without a token when left out. */
  readonly authInfo?: ((caller: Principal) => SdkAuthInfo | undefined) | undefined
  /**
   * For a function: a call that asks is made again from its start once it was answered, instead of waiting in this process.
   * That is what it takes on Workers, and where several processes serve; what a tool does before it asks, it then does again.
   */
  readonly rerun?: boolean | undefined
  /** Where errors go that callers are not told; stderr when left out. */
  readonly log?: Log | undefined
}

/**
 * Makes what Hawser can mount, connect to and test of a server that is written with the official TypeScript SDK, version 1 or
 * 2. Messages travel as on a wire, within the process; nothing of the SDK is imported.
 *
 * - A handler of `createMcpHandler` speaks the present revision, and keeps nothing between requests.
 * - A function makes a server for each call, which is spoken to as version 2025-11-25 has it.
 * - One server is shared by all callers. What it asks or logs without saying for which call goes to nobody.
 *
 * On Workers no request waits for another, so that the latter two can ask nothing, unless it is a function with `rerun`.
 *
 * @throws TypeError when the source is none of these, or `rerun` is said of another one than a function.
 * @example
 * const notes = mcp({ name: 'notes', version: '1.0.0' })
 * export default notes.server({ mounts: { old: mount(fromSdk(createMcpHandler(createServer)), { prefix: '' }) } })
 */
export function fromSdk(source: SdkSource, options: FromSdkOptions = {}): Local {
  const { log = logToStderr } = options
  const handle = reach(source, options)
  return {
    scopes: [],
    receive: createReceiver({
      log,
      handle: async (call) => {
        try {
          return await handle(call)
        } catch (error) {
          throw call.signal.aborted ? new ProtocolError('internal_error', 'The call was cancelled.') : error
        }
      },
    }),
  }
}

const ONLY_FUNCTIONS = 'fromSdk(…) takes `rerun` with a function that makes a server for each call.'

type AuthInfoOf = (caller: Principal | undefined) => SdkAuthInfo | undefined

function reach(source: SdkSource, { authInfo = describe, rerun = false, log }: FromSdkOptions): Handle {
  const authInfoOf: AuthInfoOf = (caller) => (caller === undefined ? undefined : authInfo(caller))
  const isOnWorkers = globalThis.navigator?.userAgent === 'Cloudflare-Workers'
  const here = (handle: Handle): Handle => (isOnWorkers ? askNobody(handle) : handle)
  // First, since the handler of other packages that wrap the SDK's is a function as well.
  if ('fetch' in source && typeof source.fetch === 'function') {
    if (rerun) throw new TypeError(ONLY_FUNCTIONS)
    return connectHttp(ADDRESS, { log }, { send: sendTo(source, authInfoOf) })
  }
  if (typeof source === 'function') {
    const openForCall = createOpenForCall(source, authInfoOf)
    return rerun ? rerunEachCall(openForCall) : here(serveEachCall(openForCall))
  }
  if ('connect' in source && typeof source.connect === 'function') {
    if (rerun) throw new TypeError(ONLY_FUNCTIONS)
    return here(shareServer(source, authInfoOf))
  }
  throw new TypeError(
    'fromSdk(…) takes a server of the official SDK, a function that makes one, or what createMcpHandler(…) made.',
  )
}

/** Where the handler finds itself; it is never looked up. */
const ADDRESS = 'http://localhost/mcp'

/** Hands requests to a handler of this process, with their body as it was parsed, which saves it a copy. */
function sendTo(handler: SdkHandler, authInfoOf: AuthInfoOf): Send {
  return (url, { method, headers, body = '', signal, principal }) => {
    const authInfo = authInfoOf(principal)
    // Some look at the name that they were called by.
    const request = new Request(url, { method, headers: { ...headers, host: 'localhost' }, signal })
    return handler.fetch(request, { parsedBody: JSON.parse(body), ...(authInfo !== undefined && { authInfo }) })
  }
}

/** A caller in the words of the SDK. Whatever proved who that is was for this server, and is handed to nobody. */
function describe({ subject, clientId = '', scopes, expiresAt, issuer, tenant }: Principal): SdkAuthInfo {
  return {
    token: '',
    clientId,
    scopes: [...scopes],
    ...(expiresAt !== undefined && { expiresAt: Math.floor(expiresAt / 1000) }),
    extra: { subject, issuer, tenant },
  }
}
