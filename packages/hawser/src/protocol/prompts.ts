import type { Icon } from './capabilities.ts'
import type { ContentBlock, Role } from './content.ts'
import type { Meta } from './meta.ts'

export interface PromptArgument {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly required?: boolean
}

/** A prompt as `prompts/list` shows it. (server/prompts#prompt) */
export interface PromptListing {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly arguments?: readonly PromptArgument[]
  readonly icons?: readonly Icon[]
  readonly _meta?: Meta
}

/** One turn of a rendered prompt. (server/prompts#promptmessage) */
export interface PromptMessage {
  readonly role: Role
  readonly content: ContentBlock
}
