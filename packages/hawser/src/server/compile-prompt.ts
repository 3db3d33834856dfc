import { DefinitionError } from '../call/index.ts'
import { isObject, type JsonSchema, type PromptArgument, type PromptListing } from '../protocol/index.ts'
import type { StandardSchema } from '../schema/standard-schema.ts'
import { toJsonSchema } from '../schema/to-json-schema.ts'
import { convert } from './compile-tool.ts'
import type { Access, Authorizer } from './access.ts'
import { checkPositive } from './check-options.ts'
import type { Anything, Prompt, PromptDefinition } from './definitions.ts'
import { listedMeta } from './listed-scopes.ts'

type Definition = PromptDefinition<StandardSchema | undefined, Anything, string>

/** A prompt, ready to be rendered. */
export interface CompiledPrompt {
  readonly name: string
  readonly definition: Definition
  readonly access: Access
  readonly listing: PromptListing
  readonly complete: { readonly [argument: string]: Anything }
}

/** Checks and converts one prompt when the module loads. (server/prompts#prompt) */
export function compilePrompt(name: string, prompt: Prompt, authorizer: Authorizer): CompiledPrompt {
  const where = `Prompt "${name}"`
  if (prompt?.kind !== 'prompt')
    throw new DefinitionError('not-a-prompt', `${where} is not a prompt. Make it with \`.prompt({ … })\`.`)
  const definition = prompt.definition as Definition
  const { title, description, icons, meta, args } = definition
  const schema = args === undefined ? undefined : convert(where, 'args', () => toJsonSchema(args, 'input'))
  const properties = schema === undefined ? {} : readProperties(where, schema)
  const required = new Set(Array.isArray(schema?.['required']) ? schema['required'] : [])
  const complete: { [argument: string]: Anything } = Object.create(null)
  for (const [argument, property] of Object.entries(properties)) {
    if (Array.isArray(property['enum']))
      complete[argument] = property['enum'].filter((value) => typeof value === 'string')
  }
  for (const [argument, completer] of Object.entries(definition.complete ?? {})) {
    if (!Object.hasOwn(properties, argument)) {
      throw new DefinitionError('unknown-completion', `${where} completes "${argument}", which is not one of its args.`)
    }
    complete[argument] = completer
  }
  const listed = Object.entries(properties).map(([argument, { title: label, description: about }]): PromptArgument => ({
    name: argument,
    title: typeof label === 'string' ? label : undefined,
    description: typeof about === 'string' ? about : undefined,
    required: required.has(argument),
  }))
  checkPositive(where, 'timeout', definition.timeout)
  const access = authorizer(definition, where)
  const shown = listed.length === 0 ? undefined : listed
  return {
    name,
    definition,
    access,
    complete,
    listing: { name, title, description, arguments: shown, icons, _meta: listedMeta(meta, access) },
  }
}

function readProperties(
  where: string,
  schema: JsonSchema,
): { readonly [name: string]: { readonly [keyword: string]: unknown } } {
  const { properties } = schema
  if (schema['type'] !== 'object' || !isObject(properties)) {
    throw new DefinitionError(
      'unconvertible-schema',
      `${where}, args: expected an object with named properties, got ${JSON.stringify(schema['type'] ?? 'something else')}.`,
    )
  }
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, isObject(property) ? property : {}]),
  )
}
