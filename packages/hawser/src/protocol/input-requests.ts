import type { AudioContent, ContentBlock, ImageContent, Role, TextContent } from './content.ts'
import type { JsonObject } from './json.ts'
import type { Meta } from './meta.ts'
import type { ToolListing } from './tools.ts'

/** A form field: a primitive or a choice, never nested. (client/elicitation#requested-schema) */
export interface FormField {
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'array'
  readonly title?: string
  readonly description?: string
  readonly default?: string | number | boolean | readonly string[]
  readonly [keyword: string]: unknown
}

export interface RequestedSchema {
  readonly $schema?: string
  readonly type: 'object'
  readonly properties: { readonly [name: string]: FormField }
  readonly required?: readonly string[]
}

export interface ElicitForm {
  readonly mode?: 'form'
  readonly message: string
  readonly requestedSchema: RequestedSchema
}

export interface ElicitUrl {
  readonly mode: 'url'
  readonly message: string
  readonly url: string
}

export interface ElicitRequest {
  readonly method: 'elicitation/create'
  readonly params: ElicitForm | ElicitUrl
}

export interface ElicitResult {
  readonly action: 'accept' | 'decline' | 'cancel'
  readonly content?: { readonly [name: string]: string | number | boolean | readonly string[] }
}

export interface ToolUseContent {
  readonly type: 'tool_use'
  readonly id: string
  readonly name: string
  readonly input: { readonly [key: string]: unknown }
  readonly _meta?: Meta
}

export interface ToolResultContent {
  readonly type: 'tool_result'
  readonly toolUseId: string
  readonly content: readonly ContentBlock[]
  readonly structuredContent?: unknown
  readonly isError?: boolean
  readonly _meta?: Meta
}

export type SamplingContent = TextContent | ImageContent | AudioContent | ToolUseContent | ToolResultContent

export interface SamplingMessage {
  readonly role: Role
  readonly content: SamplingContent | readonly SamplingContent[]
  readonly _meta?: Meta
}

export interface ModelPreferences {
  readonly hints?: readonly { readonly name?: string }[]
  readonly costPriority?: number
  readonly speedPriority?: number
  readonly intelligencePriority?: number
}

export interface CreateMessageParams {
  readonly messages: readonly SamplingMessage[]
  readonly maxTokens: number
  readonly systemPrompt?: string
  readonly modelPreferences?: ModelPreferences
  readonly includeContext?: 'none' | 'thisServer' | 'allServers'
  readonly temperature?: number
  readonly stopSequences?: readonly string[]
  readonly metadata?: JsonObject
  readonly tools?: readonly ToolListing[]
  readonly toolChoice?: { readonly mode?: 'auto' | 'required' | 'none' }
}

/** Asks the client's model for a completion. Deprecated by the spec. (client/sampling) */
export interface CreateMessageRequest {
  readonly method: 'sampling/createMessage'
  readonly params: CreateMessageParams
}

export interface CreateMessageResult extends SamplingMessage {
  readonly model: string
  readonly stopReason?: string
}

/** Asks for the client's working folders. Deprecated by the spec. (client/roots) */
export interface ListRootsRequest {
  readonly method: 'roots/list'
  readonly params?: { readonly _meta?: Meta }
}

export interface Root {
  readonly uri: string
  readonly name?: string
  readonly _meta?: Meta
}

export interface ListRootsResult {
  readonly roots: readonly Root[]
}

/** What a server may ask for before it can answer. (basic/patterns/mrtr#inputrequests) */
export type InputRequest = ElicitRequest | CreateMessageRequest | ListRootsRequest
export type InputResponse = ElicitResult | CreateMessageResult | ListRootsResult

export interface InputRequests {
  readonly [key: string]: InputRequest
}

export interface InputResponses {
  readonly [key: string]: InputResponse
}
