import { badReply, type Call, type Interceptor, isCallOf, listTools, ProtocolError, toolsOf } from '../call/index.ts'
import type { CallToolResult, JsonSchema, ToolListing } from '../protocol/index.ts'
import { createValidator, type Validator } from './create-validator.ts'
import { describeIssues } from './issues.ts'

/** What is known of a tool; nothing of its output for one that has no schema or is not listed. */
interface Known {
  readonly outputSchema: JsonSchema | undefined
  /** Made when the tool is first called. */
  validator?: Validator
}

/** Tools that are remembered of one server; with more, all are learnt anew. */
const MAX_TOOLS = 10_000

/**
 * Checks what tools return against the output schemas that their server lists. It learns them from the lists that pass by, and
 * lists the tools itself before it sends the first call of one that it does not know; put it before `cache()`, which then
 * answers that. Schemas come from a stranger, so they are bounded as `createValidator` does, and nothing they refer to is
 * fetched. Results that are errors are not checked.
 *
 * @example await using notes = await connect('https://notes.example.com/mcp', { use: [validateOutput()] })
 * @throws Calls reject with ConnectionError `bad_reply` that names the tool and the place in what it returned, whose `cause`
 * has the `issues`; or, before anything is sent, with one that says why the schema cannot be used.
 * @see server/tools#output-schema
 */
export function validateOutput(): Interceptor {
  return (next) => {
    const known = new Map<string, Known>()

    const learn = (tools: readonly ToolListing[]): void => {
      if (known.size + tools.length > MAX_TOOLS) known.clear()
      for (const { name, outputSchema } of tools.slice(0, MAX_TOOLS)) known.set(name, { outputSchema })
    }

    const lookUp = async (name: string, call: Call): Promise<Known> => {
      const found = known.get(name)
      if (found !== undefined) return found
      try {
        for await (const page of listTools(next, call)) {
          learn(page)
          const listed = known.get(name)
          if (listed !== undefined) return listed
        }
      } catch (error) {
        // A server without a list has no schemas either.
        if (!(error instanceof ProtocolError && error.code === 'method_not_found')) throw error
      }
      learn([{ name, inputSchema: { type: 'object' } }])
      return { outputSchema: undefined }
    }

    const watch = (call: Call): Call => ({
      ...call,
      notify: (notification) => {
        const { method } = notification
        const mayHaveChanged = method === 'notifications/subscriptions/acknowledged'
        if (mayHaveChanged || method === 'notifications/tools/list_changed') known.clear()
        call.notify(notification)
      },
    })

    return async (call) => {
      if (call.method === 'subscriptions/listen') return next(watch(call))
      if (!isCallOf(call, 'tools/call')) {
        const reply = await next(call)
        if (call.method === 'tools/list') learn(toolsOf(reply) ?? [])
        return reply
      }
      const { name } = call.params
      const tool = await lookUp(name, call)
      const { outputSchema } = tool
      if (outputSchema === undefined) return next(call)
      tool.validator ??= prepare(name, outputSchema)
      const reply = await next(call)
      if (!('resultType' in reply)) check(name, reply as CallToolResult, tool.validator)
      return reply
    }
  }
}

/** @throws ConnectionError `bad_reply` when the schema cannot be used. (basic#ref-resolution) */
function prepare(name: string, schema: JsonSchema): Validator {
  try {
    return createValidator(schema)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw badReply(`The output schema of the tool ${quote(name)} cannot be used: ${reason.slice(0, MAX_REASON)}`, cause)
  }
}

const MAX_REASON = 500

/** @throws ConnectionError `bad_reply` unless the result is what its tool promised. */
function check(name: string, { structuredContent, isError }: CallToolResult, validator: Validator): void {
  if (isError === true) return
  if (structuredContent === undefined) {
    throw badReply(`The tool ${quote(name)} returned no structuredContent, which its output schema calls for.`)
  }
  const issues = validator(structuredContent)
  if (issues.length === 0) return
  const shown = describeIssues(issues, structuredContent)
  throw badReply(`The tool ${quote(name)} returned what its output schema does not allow:\n${shown}`, {
    tool: name,
    issues,
  })
}

const quote = (name: string): string => JSON.stringify(name.slice(0, 128))
