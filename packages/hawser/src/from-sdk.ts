import { logToStderr, type Log, type Principal } from './call/index.ts'
import { connectHttp } from './http/connect.ts'
import type { Send } from './http/send.ts'
import { type SdkAuthInfo, type SdkContext, type SdkServer, serveEachCall, shareServer } from './legacy/sdk/index.ts'
import { createReceiver, type Local } from './wire/loopback.ts'

export type { SdkAuthInfo, SdkContext, SdkServer } from './legacy/sdk/index.ts'

/** What `createMcpHandler(…)` of version 2 of the SDK makes. */
export interface SdkHandler {
  readonly fetch: (request: Request, options: { authInfo?: SdkAuthInfo; parsedBody?: unknown }) => Promise<Response>
}

/** A server of the official SDK, or what makes one. */
export type SdkSource = SdkHandler | SdkServer | ((context: SdkContext) => SdkServer | Promise<SdkServer>)

export interface FromSdkOptions {
  /** What handlers find as `authInfo`, of a caller who is proven; the caller without a token when left out. */
  readonly authInfo?: ((caller: Principal) => SdkAuthInfo | undefined) | undefined
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
 * @throws TypeError when the source is none of these.
 * @example
 * const notes = mcp({ name: 'notes', version: '1.0.0' })
 * export default notes.server({ mounts: { old: mount(fromSdk(createMcpHandler(createServer)), { prefix: '' }) } })
 */
export function fromSdk(source: SdkSource, { authInfo = describe, log = logToStderr }: FromSdkOptions = {}): Local {
  const authInfoOf = (caller: Principal | undefined): SdkAuthInfo | undefined =>
    caller === undefined ? undefined : authInfo(caller)
  return { scopes: [], receive: createReceiver({ handle: reach(source, authInfoOf, log), log }) }
}

type AuthInfoOf = (caller: Principal | undefined) => SdkAuthInfo | undefined

function reach(source: SdkSource, authInfoOf: AuthInfoOf, log: Log) {
  if (typeof source === 'function') return serveEachCall(source, authInfoOf)
  if ('connect' in source && typeof source.connect === 'function') return shareServer(source, authInfoOf)
  if ('fetch' in source && typeof source.fetch === 'function') {
    return connectHttp(ADDRESS, { log }, { send: sendTo(source, authInfoOf) })
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
    const request = new Request(url, { method, headers, signal })
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
