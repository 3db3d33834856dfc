import { type Call, ProtocolError, type Reply } from '../call/index.ts'
import type { PromptMessage } from '../protocol/index.ts'
import { describeIssues } from '../schema/issues.ts'
import type { CompiledPrompt } from './compile-prompt.ts'
import type { PromptReturn } from './definitions.ts'
import type { ServerFrame } from './frame.ts'
import { readRefusal } from './late-refusal.ts'
import { runForPeer } from './run-handler.ts'
import { unknownPrompt } from './unknown.ts'

/** Answers `prompts/get`. (server/prompts#getting-a-prompt) */
export function createPromptGetter(
  prompts: ReadonlyMap<string, CompiledPrompt>,
  frame: ServerFrame,
): (call: Call<'prompts/get'>) => Promise<Reply<'prompts/get'>> {
  return async (call) => {
    const { name } = call.params
    const prompt = prompts.get(name)
    if (prompt === undefined) throw unknownPrompt(name)
    const { definition } = prompt
    const given = call.params.arguments ?? {}
    const args = await enterPrompt(prompt, call)
    const outcome = await runForPeer<PromptReturn>(
      frame,
      call,
      { name, arguments: given, bindings: definition.bindings },
      definition.timeout,
      (context) => definition.render(args, context),
    ).catch((error: unknown) => {
      throw readRefusal(error, prompt.access, call)
    })
    if ('resultType' in outcome) return { ...outcome, _meta: frame.resultMeta }
    return { description: definition.description, messages: toMessages(outcome.value), _meta: frame.resultMeta }
  }
}

/** Lets a call in and reads its arguments; before only where they decide who may come in. */
async function enterPrompt(prompt: CompiledPrompt, call: Call<'prompts/get'>): Promise<unknown> {
  const { access, name } = prompt
  const hidden = (): Error => unknownPrompt(name)
  const isLast = access.isDynamic && call.principal !== undefined && !access.isHidden(call.principal)
  if (!isLast) await access.admit(call, hidden)
  const args = await readArgs(prompt, call.params.arguments ?? {})
  if (isLast) await access.admit(call, hidden, args)
  return args
}

export async function readArgs(
  { name, definition }: CompiledPrompt,
  given: Readonly<Record<string, string>>,
): Promise<unknown> {
  if (definition.args === undefined) return given
  const result = await definition.args['~standard'].validate(given)
  if (result.issues === undefined) return result.value
  throw new ProtocolError('invalid_params', `Invalid arguments for ${name}:\n${describeIssues(result.issues, given)}`)
}

function toMessages(value: PromptReturn): readonly PromptMessage[] {
  if (typeof value === 'string') return [{ role: 'user', content: { type: 'text', text: value } }]
  return Array.isArray(value) ? value : [value as PromptMessage]
}
