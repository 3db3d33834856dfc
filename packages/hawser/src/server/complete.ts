import type { Call, Reply } from '../call/index.ts'
import type { CompiledPrompt } from './compile-prompt.ts'
import type { CompiledResource } from './compile-resource.ts'
import type { Anything } from './definitions.ts'
import type { ServerFrame } from './frame.ts'
import { runWithoutAsking } from './run-handler.ts'
import { unknownPrompt, unknownTemplate } from './unknown.ts'

/** The most values that one answer may hold. (server/utilities/completion#completion-results) */
const MAX_VALUES = 100

/** Answers `completion/complete`, with the same scopes that the completed item demands. */
export function createCompleter(
  prompts: ReadonlyMap<string, CompiledPrompt>,
  resources: readonly CompiledResource[],
  frame: ServerFrame,
): (call: Call<'completion/complete'>) => Promise<Reply<'completion/complete'>> {
  const byTemplate = new Map(resources.map((resource) => [resource.definition.uri, resource]))
  return async (call) => {
    const { ref, argument, context: given } = call.params
    const item = ref.type === 'ref/prompt' ? prompts.get(ref.name) : byTemplate.get(ref.uri)
    const unknown = (): Error => (ref.type === 'ref/prompt' ? unknownPrompt(ref.name) : unknownTemplate(ref.uri))
    if (item === undefined) throw unknown()
    await item.access.admit(call, unknown)
    const completer =
      item.complete !== undefined && Object.hasOwn(item.complete, argument.name)
        ? item.complete[argument.name]
        : undefined
    const all = await suggest(frame, call, item, completer, argument.value, given?.arguments ?? {})
    const values = all.slice(0, MAX_VALUES)
    return { completion: { values, total: all.length, hasMore: all.length > values.length }, _meta: frame.resultMeta }
  }
}

async function suggest(
  frame: ServerFrame,
  call: Call<'completion/complete'>,
  { name, definition }: CompiledPrompt | CompiledResource,
  completer: Anything,
  typed: string,
  args: { readonly [name: string]: string },
): Promise<readonly string[]> {
  if (completer === undefined) return []
  if (Array.isArray(completer)) {
    const start = typed.toLowerCase()
    return completer.filter((value: string) => value.toLowerCase().startsWith(start))
  }
  const item = { name, arguments: {}, bindings: definition.bindings }
  return runWithoutAsking<readonly string[]>(frame, call, item, undefined, (context) => {
    Object.defineProperty(context, 'arguments', { value: args })
    return completer(typed, context)
  })
}
