import type { AuthorizationError, GrantWatch, Interceptor, Log, Screen } from '../call/index.ts'
import type { Access } from './access.ts'
import type { JsonObject, Meta } from '../protocol/index.ts'

/** What an extension may know of a tool. */
export interface ExtendedTool {
  /** What its author said of it. */
  readonly definition: { readonly long?: boolean | undefined }
  /** Who may call it, and may hear what came of it. */
  readonly access: Pick<Access, 'permits' | 'readmit' | 'refusal'>
}

/** What an extension may know of the server that it is added to. */
export interface ExtendedServer {
  readonly name: string
  readonly log: Log
  readonly tools: ReadonlyMap<string, ExtendedTool>
  /** Who answers: the `_meta` that every result carries. (basic#meta) */
  readonly resultMeta: Meta
  /** Whether callers who stay for longer than a call still may; absent where nobody can revoke that. */
  readonly grants: GrantWatch | undefined
  /** Has requests told that were refused before they were calls, such as those with a token that is expired. */
  readonly onRefusal: (listener: (error: AuthorizationError) => void) => void
}

/** What an extension does for one server. */
export interface RunningExtension {
  /** Answers the extension's own methods, and stands around the others. */
  readonly interceptor: Interceptor
  /**
   * Looks at a request to one of the extension's own methods that stands or falls together with others, before any of them runs;
   * left out where they are for everybody.
   */
  readonly screen?: Screen | undefined
  /** Resolves when what calls have left to be done after their answer is done, such as writing an account of them. */
  readonly flush?: (() => Promise<void>) | undefined
  /** Ends what the extension holds open. */
  readonly close?: (() => Promise<void>) | undefined
}

/**
 * An addition to the protocol that a server declares: listed in `use`, at the place where it stands around the calls.
 *
 * @example
 * const echo: ServerExtension = {
 *   id: 'com.example/echo',
 *   start: () => ({ interceptor: (next) => async (call) => (isEcho(call) ? { said: call.params.said } : next(call)) }),
 * }
 * @see basic/versioning#extension-negotiation
 */
export interface ServerExtension {
  /** Under this name clients are told of it; they are not, of what has none and concerns only the server, such as `audit()`. */
  readonly id?: string | undefined
  /** What clients are told with it; nothing when left out. */
  readonly settings?: JsonObject | undefined
  /** Its methods that carry one of their params in `Mcp-Name`: `{ 'com.example/echo': 'said' }`. */
  readonly nameFields?: Readonly<Record<string, string>> | undefined
  /** Called once, when the server is made. Throws a DefinitionError when the extension cannot work with it. */
  readonly start: (server: ExtendedServer) => RunningExtension
}
