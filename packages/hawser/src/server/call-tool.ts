import { type Call, isReceived, ProtocolError, type Reply, reportInternal, ToolError } from '../call/index.ts'
import { type CallToolResult, type ContentBlock, type InputRequired, isObject, type Meta } from '../protocol/index.ts'
import { describeIssues } from '../schema/issues.ts'
import type { CompiledTool } from './compile-tool.ts'
import type { FullResult } from './definitions.ts'
import type { ServerFrame } from './frame.ts'
import { runHandler } from './run-handler.ts'

/** Answers `tools/call`. (server/tools#calling-tools) */
export function createToolCaller(
  tools: ReadonlyMap<string, CompiledTool>,
  frame: ServerFrame,
): (call: Call<'tools/call'>) => Promise<Reply<'tools/call'>> {
  return async (call) => {
    const { name } = call.params
    const tool = tools.get(name)
    if (tool === undefined) throw new ProtocolError('invalid_params', `Unknown tool: ${name.slice(0, 128)}`)
    tool.authorize?.(call.principal)
    try {
      return await callTool(tool, call, frame)
    } catch (error) {
      if (error instanceof ToolError) return explain(error.message, frame.resultMeta)
      if ((error instanceof ProtocolError && !isReceived(error)) || call.signal.aborted) throw error
      return explain(reportInternal(error, frame.log, { method: call.method, name }), frame.resultMeta)
    }
  }
}

async function callTool(
  tool: CompiledTool,
  call: Call<'tools/call'>,
  frame: ServerFrame,
): Promise<Reply<'tools/call'>> {
  const { definition, name } = tool
  const given = call.params.arguments ?? {}
  const unknown = tool.findUnknown(given)
  if (unknown !== undefined) throw new ToolError(`Invalid arguments for ${name}:\n${unknown}`)
  let input: unknown = given
  if (definition.input !== undefined) {
    const checked = definition.input['~standard'].validate(given)
    const result = checked instanceof Promise ? await checked : checked
    if (result.issues !== undefined)
      throw new ToolError(`Invalid arguments for ${name}:\n${describeIssues(result.issues, given)}`)
    input = result.value
  }
  const { confirm } = definition
  const outcome = await runHandler<unknown>(
    frame,
    call,
    { name, arguments: given },
    definition.timeout,
    (context, interview, checkWanted) => {
      if (confirm === undefined || confirm === false) return definition.run(input, context)
      return (async () => {
        await interview().confirm('confirm', await confirm(input))
        checkWanted()
        return definition.run(input, context)
      })()
    },
  )
  if ('resultType' in outcome) return withMeta(outcome, frame.resultMeta)
  return toResult(tool, outcome.value, frame.resultMeta)
}

function withMeta(reply: InputRequired, _meta: Meta): InputRequired {
  return { ...reply, _meta }
}

/** For the model: what went wrong, in words that it can act on. */
function explain(message: string, _meta: Meta): CallToolResult {
  return { content: [{ type: 'text', text: message }], isError: true, _meta }
}

async function toResult({ definition, name }: CompiledTool, value: unknown, _meta: Meta): Promise<CallToolResult> {
  const { output, text } = definition
  if (output === undefined) {
    if (!isFullResult(value)) return { content: toContent(name, value), _meta }
    // No other field is taken over: what came from elsewhere might make it another kind of result.
    const { content, structuredContent, isError } = value
    return { content, structuredContent, isError, _meta: { ...value._meta, ..._meta } }
  }
  const checked = output['~standard'].validate(value)
  const result = checked instanceof Promise ? await checked : checked
  if (result.issues !== undefined) {
    throw new Error(
      `Tool "${name}" returned what its output schema does not allow:\n${describeIssues(result.issues, value)}`,
    )
  }
  const structuredContent: unknown = result.value
  const shown = text === undefined ? JSON.stringify(structuredContent) : text(structuredContent)
  if (shown === undefined || structuredContent === undefined)
    throw new Error(`Tool "${name}" returned a value of type ${typeof structuredContent}, which JSON cannot carry.`)
  return { content: typeof shown === 'string' ? [{ type: 'text', text: shown }] : shown, structuredContent, _meta }
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
