import type { JsonObject } from './json.ts'

/** An image that stands for something in a user interface; `src` is an https: or data: URI. (basic#icons) */
export interface Icon {
  readonly src: string
  readonly mimeType?: string
  /** `"48x48"`, or `"any"` for scalable formats. */
  readonly sizes?: readonly string[]
  readonly theme?: 'light' | 'dark'
}

/** Name and version of a client or a server: self-reported, for display only. */
export interface Implementation {
  readonly name: string
  readonly version: string
  readonly title?: string
  readonly description?: string
  readonly websiteUrl?: string
  readonly icons?: readonly Icon[]
}

export interface Extensions {
  readonly [identifier: string]: JsonObject
}

/** What the client of one request can be asked for. An empty `elicitation` means form mode. (client/elicitation#capabilities) */
export interface ClientCapabilities {
  readonly experimental?: Extensions
  readonly roots?: JsonObject
  readonly sampling?: { readonly context?: JsonObject; readonly tools?: JsonObject }
  readonly elicitation?: { readonly form?: JsonObject; readonly url?: JsonObject }
  readonly extensions?: Extensions
}

export interface ServerCapabilities {
  readonly experimental?: Extensions
  readonly logging?: JsonObject
  readonly completions?: JsonObject
  readonly prompts?: { readonly listChanged?: boolean }
  readonly resources?: { readonly subscribe?: boolean; readonly listChanged?: boolean }
  readonly tools?: { readonly listChanged?: boolean }
  readonly extensions?: Extensions
}
