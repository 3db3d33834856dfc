import type { Icon } from './capabilities.ts'
import type { Meta } from './meta.ts'

export type Role = 'user' | 'assistant'

/** Hints on whom a piece of content is for and how much it matters (`priority` from 0 to 1). (server/resources#annotations) */
export interface Annotations {
  readonly audience?: readonly Role[]
  readonly priority?: number
  /** ISO 8601. */
  readonly lastModified?: string
}

export interface TextContent {
  readonly type: 'text'
  readonly text: string
  readonly annotations?: Annotations
  readonly _meta?: Meta
}

export interface ImageContent {
  readonly type: 'image'
  /** Base64. */
  readonly data: string
  readonly mimeType: string
  readonly annotations?: Annotations
  readonly _meta?: Meta
}

export interface AudioContent {
  readonly type: 'audio'
  /** Base64. */
  readonly data: string
  readonly mimeType: string
  readonly annotations?: Annotations
  readonly _meta?: Meta
}

export interface ResourceLink extends Resource {
  readonly type: 'resource_link'
}

export interface EmbeddedResource {
  readonly type: 'resource'
  readonly resource: ResourceContents
  readonly annotations?: Annotations
  readonly _meta?: Meta
}

/** A piece of what a tool or a prompt gives to the model. (server/tools#tool-result) */
export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource

/** A resource that can be read by its URI. (server/resources#resource) */
export interface Resource {
  readonly uri: string
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly mimeType?: string
  readonly icons?: readonly Icon[]
  readonly annotations?: Annotations
  /** Bytes. */
  readonly size?: number
  readonly _meta?: Meta
}

/** A family of resources; `uriTemplate` is an RFC 6570 template. (server/resources#resource-templates) */
export interface ResourceTemplate extends Omit<Resource, 'uri' | 'size'> {
  readonly uriTemplate: string
}

export interface TextResourceContents {
  readonly uri: string
  readonly mimeType?: string
  readonly text: string
  readonly _meta?: Meta
}

export interface BlobResourceContents {
  readonly uri: string
  readonly mimeType?: string
  /** Base64. */
  readonly blob: string
  readonly _meta?: Meta
}

/** What was read: text or bytes. (server/resources#resource-contents) */
export type ResourceContents = TextResourceContents | BlobResourceContents
