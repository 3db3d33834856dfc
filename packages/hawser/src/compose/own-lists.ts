import type { PromptListing, ResourceTemplate, ToolListing } from '../protocol/index.ts'
import { listTemplates } from '../server/list-resources.ts'
import type { Listed } from '../server/listing.ts'
import type { Own } from '../server/mounts.ts'
import { type TakenNames, takeNames } from './check-names.ts'

/** What a server lists itself, in the form in which it is merged with what mounted servers list. */
export interface OwnLists {
  readonly tools: readonly Listed<ToolListing>[]
  readonly prompts: readonly Listed<PromptListing>[]
  readonly templates: readonly Listed<ResourceTemplate>[]
  readonly taken: { readonly tools: TakenNames; readonly prompts: TakenNames }
}

/** @throws DefinitionError `confusable-names`. */
export function readOwnLists({ tools, prompts, resources }: Own): OwnLists {
  const taken = { tools: new Map<string, string>(), prompts: new Map<string, string>() }
  takeNames(taken.tools, 'tool', tools.keys())
  takeNames(taken.prompts, 'prompt', prompts.keys())
  return {
    tools: [...tools.values()],
    prompts: [...prompts.values()],
    templates: listTemplates(resources),
    taken,
  }
}
