import type { ServerCapabilities } from './capabilities.ts'
import type { ContentBlock, Resource, ResourceContents, ResourceTemplate } from './content.ts'
import type { InputRequests, InputResponses } from './input-requests.ts'
import type { Meta, RequestMeta } from './meta.ts'
import type { PromptListing, PromptMessage } from './prompts.ts'
import type { ToolListing } from './tools.ts'

interface Asked {
  readonly _meta?: RequestMeta
}

/** Params of the methods that may answer with `InputRequired`. (basic/patterns/mrtr#supported-requests) */
export interface Retryable extends Asked {
  readonly inputResponses?: InputResponses
  readonly requestState?: string
}

interface Answered {
  readonly _meta?: Meta
}

interface Paged {
  readonly nextCursor?: string
}

/** How long, and for whom, a result may be kept. (server/utilities/caching) */
export interface CacheHint {
  /** Milliseconds; 0 means stale at once. */
  readonly ttlMs: number
  readonly cacheScope: 'public' | 'private'
}

export interface ListParams extends Asked {
  readonly cursor?: string
}

export interface CallToolParams extends Retryable {
  readonly name: string
  readonly arguments?: { readonly [name: string]: unknown }
}

export interface CallToolResult extends Answered {
  readonly content: readonly ContentBlock[]
  readonly structuredContent?: unknown
  readonly isError?: boolean
}

export interface ReadResourceParams extends Retryable {
  readonly uri: string
}

export interface ReadResourceResult extends Answered, CacheHint {
  readonly contents: readonly ResourceContents[]
}

export interface GetPromptParams extends Retryable {
  readonly name: string
  readonly arguments?: { readonly [name: string]: string }
}

export interface GetPromptResult extends Answered {
  readonly description?: string
  readonly messages: readonly PromptMessage[]
}

export type CompletionReference =
  | { readonly type: 'ref/prompt'; readonly name: string; readonly title?: string }
  | { readonly type: 'ref/resource'; readonly uri: string }

export interface CompleteParams extends Asked {
  readonly ref: CompletionReference
  readonly argument: { readonly name: string; readonly value: string }
  readonly context?: { readonly arguments?: { readonly [name: string]: string } }
}

export interface CompleteResult extends Answered {
  /** At most 100 values, best first. (server/utilities/completion#completion-results) */
  readonly completion: {
    readonly values: readonly string[]
    readonly total?: number
    readonly hasMore?: boolean
  }
}

export interface DiscoverResult extends Answered, CacheHint {
  readonly supportedVersions: readonly string[]
  readonly capabilities: ServerCapabilities
  readonly instructions?: string
}

export interface SubscriptionFilter {
  readonly toolsListChanged?: boolean
  readonly promptsListChanged?: boolean
  readonly resourcesListChanged?: boolean
  /** URIs whose updates are wanted. */
  readonly resourceSubscriptions?: readonly string[]
}

export interface ListenParams extends Asked {
  readonly notifications: SubscriptionFilter
}

/** Every method of the core, with its params and its result. Adding a method starts here. */
export interface CoreMethods {
  'server/discover': { params: Asked; result: DiscoverResult }
  'tools/list': {
    params: ListParams
    result: Answered & CacheHint & Paged & { readonly tools: readonly ToolListing[] }
  }
  'tools/call': { params: CallToolParams; result: CallToolResult }
  'resources/list': {
    params: ListParams
    result: Answered & CacheHint & Paged & { readonly resources: readonly Resource[] }
  }
  'resources/templates/list': {
    params: ListParams
    result: Answered & CacheHint & Paged & { readonly resourceTemplates: readonly ResourceTemplate[] }
  }
  'resources/read': { params: ReadResourceParams; result: ReadResourceResult }
  'prompts/list': {
    params: ListParams
    result: Answered & CacheHint & Paged & { readonly prompts: readonly PromptListing[] }
  }
  'prompts/get': { params: GetPromptParams; result: GetPromptResult }
  'completion/complete': { params: CompleteParams; result: CompleteResult }
  'subscriptions/listen': { params: ListenParams; result: Answered }
}

/** Every method; extensions merge theirs into it. */
export interface Methods extends CoreMethods {}

export type Method = keyof Methods
export type Params<M extends Method = Method> = Methods[M]['params']
/** `resultType` is the wire's word and is written there; here the shape alone tells results apart. */
export type Result<M extends Method = Method> = Methods[M]['result']

/** The answer that asks for more before the request can be completed. (basic/patterns/mrtr#inputrequiredresult) */
export interface InputRequired {
  readonly resultType: 'input_required'
  readonly inputRequests?: InputRequests
  readonly requestState?: string
  readonly _meta?: Meta
}
