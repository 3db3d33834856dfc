import { DefinitionError } from '../call/index.ts'
import type { HeaderField, ToolListing } from '../protocol/index.ts'
import { findHeaderFields } from '../schema/header-fields.ts'
import { createArgumentNames, type FindUnknownArguments } from '../schema/argument-names.ts'
import type { StandardSchema } from '../schema/standard-schema.ts'
import { noInput, toInputSchema, toJsonSchema } from '../schema/to-json-schema.ts'
import type { Access, Authorizer } from './access.ts'
import { checkPositive } from './check-options.ts'
import type { Anything, Tool, ToolDefinition } from './definitions.ts'
import { listedMeta } from './listed-scopes.ts'

type Definition = ToolDefinition<StandardSchema | undefined, StandardSchema | undefined, Anything, string>

/** A tool, ready to be called. */
export interface CompiledTool {
  readonly name: string
  readonly listing: ToolListing
  readonly definition: Definition
  readonly access: Access
  readonly headerFields: readonly HeaderField[]
  readonly findUnknown: FindUnknownArguments
}

const NAME = /^[A-Za-z0-9_.-]{1,128}$/

/** Checks and converts one tool when the module loads. (server/tools#tool) */
export function compileTool(name: string, tool: Tool, authorizer: Authorizer): CompiledTool {
  const where = `Tool "${name}"`
  if (!NAME.test(name)) {
    throw new DefinitionError(
      'bad-name',
      `${where} is not a valid name. Use 1 to 128 of A-Z, a-z, 0-9, "_", "-" and ".".`,
    )
  }
  const definition = readDefinition(where, tool)
  const { input, output } = definition
  const inputSchema = input === undefined ? noInput : convert(where, 'input', () => toInputSchema(input))
  const outputSchema = output === undefined ? undefined : convert(where, 'output', () => toJsonSchema(output, 'output'))
  const { title, description, icons, meta, effect, idempotent = false, external = false } = definition
  checkPositive(where, 'timeout', definition.timeout)
  const access = authorizer(definition, where)
  return {
    name,
    definition,
    access,
    headerFields: convert(where, 'input', () => findHeaderFields(inputSchema)),
    findUnknown: createArgumentNames(inputSchema),
    listing: {
      name,
      title,
      description,
      inputSchema,
      outputSchema,
      annotations: {
        readOnlyHint: effect === 'read',
        destructiveHint: effect === 'destroy',
        idempotentHint: effect === 'read' || idempotent,
        openWorldHint: external,
      },
      icons,
      _meta: listedMeta(meta, access),
    },
  }
}

function readDefinition(where: string, tool: Tool): Definition {
  if (tool?.kind !== 'tool') {
    throw new DefinitionError(
      'not-a-tool',
      `${where} is not a tool. Make it with \`.tool({ … })\`; resources and prompts have records of their own.`,
    )
  }
  const definition = tool.definition as Definition
  if (typeof definition.description !== 'string' || definition.description.trim() === '') {
    throw new DefinitionError(
      'missing-description',
      `${where} has no description. Say what it does and what comes back: the model chooses by it.`,
    )
  }
  if (!['read', 'write', 'destroy'].includes(definition.effect)) {
    throw new DefinitionError(
      'missing-effect',
      `${where} needs effect: 'read', 'write' or 'destroy'; it has ${JSON.stringify(definition.effect)}.`,
    )
  }
  if (definition.effect === 'destroy' && definition.confirm === undefined) {
    throw new DefinitionError(
      'missing-confirm',
      `${where} destroys: add \`confirm: () => 'Really?'\`, or \`confirm: false\` to opt out.`,
    )
  }
  return definition
}

/** Names the tool or prompt in whatever goes wrong with its schema. */
export function convert<T>(where: string, side: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw new DefinitionError(
      'unconvertible-schema',
      `${where}, ${side}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
