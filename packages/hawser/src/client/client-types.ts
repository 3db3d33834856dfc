import type {
  CallToolResult,
  CompleteResult,
  CompletionReference,
  DiscoverResult,
  GetPromptResult,
  PromptListing,
  PromptMessage,
  ReadResourceResult,
  Resource,
  ResourceTemplate,
  ServerCapabilities,
  SubscriptionFilter,
  ToolListing,
} from '../protocol/index.ts'
import type { ListenOptions, Subscription } from './listen.ts'
import type { CallOptions, Request } from './request.ts'

/** What a client and its server have settled on. */
export interface Agreement {
  /** The revision of the protocol that they speak. */
  readonly protocolVersion: string
  /** How messages travel, such as `stdio`; absent where they do not, and for a handle. */
  readonly transport: string | undefined
  readonly capabilities: ServerCapabilities
  /** What the server calls itself: untrusted, and absent when it does not say. */
  readonly serverInfo: unknown
}

/**
 * What a server is made of, as its type tells; also that of a module which exports one as its default or, as those do that
 * `hawser types` writes, as `server`.
 */
type PartsOf<S> = S extends { readonly default: infer D } | { readonly server: infer D }
  ? PartsOf<D>
  : S extends { readonly '~parts'?: infer P }
    ? NonNullable<P>
    : unknown
type Part<S, K extends string> = PartsOf<S> extends { readonly [Key in K]: infer T } ? T : unknown

/** Phantom types are optional properties, which adds an `undefined` that is not theirs. */
type Phantom<T, K extends string> = K extends keyof T ? Exclude<T[K], undefined> : unknown

type KeysOf<I> = I extends unknown ? keyof I : never

/** A parameter is optional when nothing in it is required. */
type Given<I> = [KeysOf<I>] extends [never]
  ? [input?: unknown extends I ? Record<string, unknown> : Record<string, never>, options?: CallOptions]
  : {} extends I
    ? [input?: I, options?: CallOptions]
    : [input: I, options?: CallOptions]

/** A method, so that a client of a known server may stand where one of an unknown server is taken. */
type Loose<Output> = { call(input?: Record<string, unknown>, options?: CallOptions): Promise<Output> }['call']
type Calls<T, K extends string, Output> = unknown extends T
  ? { readonly [name: string]: Loose<Output> }
  : string extends keyof T
    ? { readonly [name: string]: Loose<Output> }
    : { readonly [N in keyof T]: (...given: Given<Phantom<T[N], K>>) => Promise<Output> }

type ToolCalls<T> = unknown extends T
  ? Calls<T, '~input', unknown>
  : string extends keyof T
    ? Calls<T, '~input', unknown>
    : { readonly [N in keyof T]: (...given: Given<Phantom<T[N], '~input'>>) => Promise<Phantom<T[N], '~output'>> }

/**
 * A client. `S` is the type of the server – `typeof server`, or that of the module it is exported from – and gives every
 * call its types; without it names are not checked.
 *
 * @example
 * await using notes = await connect<typeof server>('https://notes.example.com/mcp')
 * const { hits } = await notes.tools.search({ query: 'tide tables' })
 */
export interface Client<S = unknown> extends AsyncDisposable {
  /**
   * Calls a tool by its name. Resolves to its structured output or, for a tool that has none, to its text.
   *
   * @throws ToolError with what the tool has to say when it failed.
   */
  readonly tools: ToolCalls<Part<S, 'tools'>>
  /**
   * Reads a resource by its name and the variables of its URI. The URI comes from the server's lists, which are asked
   * when a name is first used.
   *
   * @throws TypeError when the server lists no resource of the name.
   */
  readonly resources: Calls<Part<S, 'resources'>, '~variables', string | Uint8Array>
  /** Renders a prompt by its name. */
  readonly prompts: Calls<Part<S, 'prompts'>, '~args', readonly PromptMessage[]>
  /** Calls a tool whose name is not known to the compiler. Resolves to its whole result, errors of the tool included. */
  readonly call: (name: string, args?: Record<string, unknown>, options?: CallOptions) => Promise<CallToolResult>
  /** Reads a resource by its URI, with all its parts and how long they may be kept. */
  readonly read: (uri: string, options?: CallOptions) => Promise<ReadResourceResult>
  /** Renders a prompt, with its description. */
  readonly prompt: (name: string, args?: Record<string, string>, options?: CallOptions) => Promise<GetPromptResult>
  /** Lists come whole, whatever the number of pages; a server without the feature has none of it. */
  readonly listTools: (options?: CallOptions) => Promise<readonly ToolListing[]>
  readonly listResources: (options?: CallOptions) => Promise<readonly Resource[]>
  readonly listResourceTemplates: (options?: CallOptions) => Promise<readonly ResourceTemplate[]>
  readonly listPrompts: (options?: CallOptions) => Promise<readonly PromptListing[]>
  /** Suggests values for what a person is typing; `context` holds what was filled in before. */
  readonly complete: (
    ref: CompletionReference,
    argument: { readonly name: string; readonly value: string },
    context?: Record<string, string>,
    options?: CallOptions,
  ) => Promise<CompleteResult['completion']>
  /** Asks the server what it is and can. */
  readonly discover: (options?: CallOptions) => Promise<DiscoverResult>
  /**
   * Asks the server what it is, and tells what was settled with it.
   *
   * @example const { protocolVersion, transport } = await client.agreed() // '2026-07-28', 'Streamable HTTP'
   */
  readonly agreed: (options?: CallOptions) => Promise<Agreement>
  /**
   * Opens a subscription to changes; resolves when the server has agreed to it.
   *
   * @example
   * await using changes = await client.listen({ toolsListChanged: true })
   * for await (const change of changes) console.log(change.kind)
   */
  readonly listen: (filter: SubscriptionFilter, options?: ListenOptions) => Promise<Subscription>
  /** Sends any request, also one that an extension adds to `Methods`, and answers what the server asks meanwhile. */
  readonly request: Request
  /** Gives up what is under way, and the connection if it is this client's own. */
  readonly close: () => Promise<void>
}
