import { type Call, ProtocolError, type Reply } from '../call/index.ts'
import type { PromptMessage } from '../protocol/index.ts'
import { describeIssues } from '../schema/issues.ts'
import type { CompiledPrompt } from './compile-prompt.ts'
import type { PromptReturn } from './definitions.ts'
import type { ServerFrame } from './frame.ts'
import { runForPeer } from './run-handler.ts'

/** Answers `prompts/get`. (server/prompts#getting-a-prompt) */
export function createPromptGetter(
  prompts: ReadonlyMap<string, CompiledPrompt>,
  frame: ServerFrame,
): (call: Call<'prompts/get'>) => Promise<Reply<'prompts/get'>> {
  return async (call) => {
    const { name } = call.params
    const prompt = prompts.get(name)
    if (prompt === undefined) throw new ProtocolError('invalid_params', `Unknown prompt: ${name.slice(0, 128)}`)
    prompt.authorize?.(call.principal)
    const { definition } = prompt
    const given = call.params.arguments ?? {}
    let args: unknown = given
    if (definition.args !== undefined) {
      const result = await definition.args['~standard'].validate(given)
      if (result.issues !== undefined)
        throw new ProtocolError(
          'invalid_params',
          `Invalid arguments for ${name}:\n${describeIssues(result.issues, given)}`,
        )
      args = result.value
    }
    const outcome = await runForPeer<PromptReturn>(
      frame,
      call,
      { name, arguments: given },
      definition.timeout,
      (context) => definition.render(args, context),
    )
    if ('resultType' in outcome) return { ...outcome, _meta: frame.resultMeta }
    return { description: definition.description, messages: toMessages(outcome.value), _meta: frame.resultMeta }
  }
}

function toMessages(value: PromptReturn): readonly PromptMessage[] {
  if (typeof value === 'string') return [{ role: 'user', content: { type: 'text', text: value } }]
  return Array.isArray(value) ? value : [value as PromptMessage]
}
