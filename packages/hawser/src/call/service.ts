import type { HeaderField } from '../protocol/index.ts'
import type { Handle } from './call.ts'
import type { AuthorizationError } from './error.ts'
import type { Log } from './log.ts'
import type { Principal } from './principal.ts'
import type { ServiceAuth } from './service-auth.ts'

/** A request that is not yet a call. */
export interface Unopened {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly principal: Principal | undefined
}

/** What a request would be refused with for lack of a token or of scopes; nothing is run and nobody is told. */
export type Screen = (request: Unopened) => Promise<AuthorizationError | undefined>

/** What a transport needs of a server: a `Handle`, and the little it must know around it. */
export interface Service {
  /** What answers. Another one in its place counts for transports that are given this object; what is in `use` counts everywhere. */
  readonly handle: Handle
  readonly log: Log
  /** Scopes that the local user holds on stdio unless the operator narrows them. */
  readonly scopes: readonly string[]
  /** How callers are found out; absent where the transport says who they are, or nobody wants to know. */
  readonly auth?: ServiceAuth | undefined
  /** Looks at requests that stand or fall together, before any of them is run. */
  readonly screen?: Screen | undefined
  /** Arguments of a tool, as this caller sees it, that HTTP mirrors into `Mcp-Param-*` headers. (basic/transports/streamable-http#custom-headers-from-tool-parameters) */
  readonly headerFields: (tool: string, caller: Principal | undefined) => readonly HeaderField[]
  /** Methods of extensions that carry one of their params in `Mcp-Name`, with the name of that param. */
  readonly nameFields?: Readonly<Record<string, string>> | undefined
  /** Resolves when what calls have left to be done after their answer is done; absent where there never is anything. */
  readonly flush?: (() => Promise<void>) | undefined
  /** Ends open subscriptions gracefully. (basic/patterns/subscriptions#graceful-closure) */
  readonly close: () => Promise<void>
}
