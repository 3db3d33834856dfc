import { type Call, goingOf, isReceived, ProtocolError, type Reply, reportInternal, ToolError } from '../call/index.ts'
import { type CallToolResult, type ContentBlock, type InputRequired, isObject, type Meta } from '../protocol/index.ts'
import { describeIssues } from '../schema/issues.ts'
import type { CompiledTool } from './compile-tool.ts'
import type { FullResult, Sync } from './definitions.ts'
import type { ServerFrame } from './frame.ts'
import { isOwnRefusal, readToolRefusal } from './late-refusal.ts'
import { runHandler, type Work } from './run-handler.ts'
import { andThen, isThenable } from './and-then.ts'
import { unknownTool } from './unknown.ts'

/** Answers `tools/call`. (server/tools#calling-tools) */
export function createToolCaller(
  tools: ReadonlyMap<string, CompiledTool>,
  frame: ServerFrame,
): (call: Call<'tools/call'>) => Sync<Reply<'tools/call'>> {
  return (call) => {
    const { name } = call.params
    const tool = tools.get(name)
    if (tool === undefined) throw unknownTool(name)
    let isIn = false
    const explainOrThrow = (thrown: unknown): CallToolResult => {
      if (thrown instanceof ToolError) return explain(thrown.message, frame.resultMeta)
      const error = isIn ? readToolRefusal(thrown, tool.access, call, frame.resultMeta) : thrown
      if (isOwnRefusal(error)) throw error
      if ((error instanceof ProtocolError && !isReceived(error)) || goingOf(call).aborted) throw error
      return explain(reportInternal(error, frame.log, { method: call.method, name }), frame.resultMeta)
    }
    try {
      const reply = andThen(enter(tool, call), (input) => {
        isIn = true
        return callTool(tool, call, input, frame)
      })
      return isThenable(reply) ? reply.catch(explainOrThrow) : reply
    } catch (error) {
      return explainOrThrow(error)
    }
  }
}

/** Lets a call in and reads its input. Arguments are read before only where they decide who may come in. */
function enter(tool: CompiledTool, call: Call<'tools/call'>): Sync<unknown> {
  const { access, name } = tool
  const given = call.params.arguments ?? {}
  const hidden = (): Error => unknownTool(name)
  if (!access.isDynamic) {
    const admitted = access.admit(call, hidden)
    return admitted === undefined ? readInput(tool, given) : admitted.then(() => readInput(tool, given))
  }
  if (call.principal === undefined || access.isHidden(call.principal)) return access.admit(call, hidden)
  return andThen(readInput(tool, given), (input) => andThen(access.admit(call, hidden, input), () => input))
}

function callTool(
  tool: CompiledTool,
  call: Call<'tools/call'>,
  input: unknown,
  frame: ServerFrame,
): Sync<Reply<'tools/call'>> {
  const { name, definition } = tool
  const { effect, timeout, bindings } = definition
  const running = runHandler<unknown>(
    frame,
    call,
    { name, arguments: call.params.arguments ?? {}, isSingleUse: effect !== 'read', bindings },
    timeout,
    (context, interview, checkWanted) => runTool(tool, input, context, interview, checkWanted),
  )
  return andThen(running, (outcome) =>
    'resultType' in outcome
      ? withMeta(outcome, frame.resultMeta)
      : andThen(readOutput(tool, outcome.value), (value) => toResult(tool, value, frame.resultMeta)),
  )
}

/** @throws ToolError that says which arguments are wrong and how. */
export function readInput(
  { name, definition: { input }, findUnknown }: CompiledTool,
  given: Readonly<Record<string, unknown>>,
): Sync<unknown> {
  const unknown = findUnknown(given)
  if (unknown !== undefined) throw new ToolError(`Invalid arguments for ${name}:\n${unknown}`)
  if (input === undefined) return given
  return andThen(input['~standard'].validate(given), (result) => {
    if (result.issues === undefined) return result.value
    throw new ToolError(`Invalid arguments for ${name}:\n${describeIssues(result.issues, given)}`)
  })
}

type Running = Parameters<Work<unknown>>

function runTool({ definition: { confirm, run } }: CompiledTool, input: unknown, ...given: Running): Sync<unknown> {
  const [context, interview, checkWanted] = given
  if (confirm === undefined || confirm === false) return run(input, context)
  return (async () => {
    await interview().confirm('confirm', await confirm(input))
    checkWanted()
    return run(input, context)
  })()
}

/** A value that the schema of the tool does not allow is a defect of the tool. */
function readOutput({ name, definition: { output } }: CompiledTool, value: unknown): Sync<unknown> {
  if (output === undefined) return value
  return andThen(output['~standard'].validate(value), (result) => {
    if (result.issues === undefined) return result.value
    throw new Error(
      `Tool "${name}" returned what its output schema does not allow:\n${describeIssues(result.issues, value)}`,
    )
  })
}

function withMeta(reply: InputRequired, _meta: Meta): InputRequired {
  return { ...reply, _meta }
}

/** For the model: what went wrong, in words that it can act on. */
function explain(message: string, _meta: Meta): CallToolResult {
  return { content: [{ type: 'text', text: message }], isError: true, _meta }
}

function toResult({ definition, name }: CompiledTool, value: unknown, _meta: Meta): CallToolResult {
  const { output, text } = definition
  if (output === undefined) {
    if (!isFullResult(value)) return { content: toContent(name, value), _meta }
    // No other field is taken over: what came from elsewhere might make it another kind of result.
    const { content, structuredContent, isError } = value
    return { content, structuredContent, isError, _meta: { ...value._meta, ..._meta } }
  }
  const shown = text === undefined ? JSON.stringify(value) : text(value)
  if (shown === undefined || value === undefined)
    throw new Error(`Tool "${name}" returned a value of type ${typeof value}, which JSON cannot carry.`)
  return {
    content: typeof shown === 'string' ? [{ type: 'text', text: shown }] : shown,
    structuredContent: value,
    _meta,
  }
}

function isFullResult(value: unknown): value is FullResult {
  return isObject(value) && !('type' in value) && Array.isArray(value['content'])
}

function toContent(name: string, value: unknown): readonly ContentBlock[] {
  if (typeof value === 'string') return [{ type: 'text', text: value }]
  if (value === undefined || value === null) return []
  const blocks = Array.isArray(value) ? value : [value]
  for (const block of blocks) {
    if (!isObject(block) || typeof block['type'] !== 'string') {
      throw new Error(
        `Tool "${name}" returned ${Array.isArray(value) ? 'an array with ' : ''}a value that is neither text nor content. Return a string, image() or link(), or declare \`output\` for data.`,
      )
    }
  }
  return blocks as readonly ContentBlock[]
}
