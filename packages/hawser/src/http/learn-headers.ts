import type { Log, Reply } from '../call/index.ts'
import { type HeaderField, isObject, type JsonSchema } from '../protocol/index.ts'
import { checkHeaderFields } from '../schema/header-fields.ts'

/** What a client knows of the arguments that a server wants mirrored. */
export interface KnownHeaders {
  readonly fieldsOf: (tool: string) => readonly HeaderField[]
  /**
   * Remembers the annotations of a `tools/list` reply and leaves out the tools whose annotations break a rule, so that
   * one bad definition does not take the others with it. (streamable-http#schema-extension)
   */
  readonly learn: (reply: Reply) => Reply
}

/** Most tools with annotations that are remembered; a call to any other is put right by its first refusal. */
const MAX_TOOLS = 10_000

const NONE: readonly HeaderField[] = []

export function createKnownHeaders(log: Log): KnownHeaders {
  const known = new Map<string, readonly HeaderField[]>()

  const accept = (tool: unknown): boolean => {
    if (!isObject(tool) || typeof tool['name'] !== 'string') return true
    const { name, inputSchema } = tool
    const { fields = NONE, error } = checkHeaderFields(inputSchema as JsonSchema)
    if (fields.length === 0) known.delete(name)
    else if (known.has(name) || known.size < MAX_TOOLS) known.set(name, fields)
    if (error === undefined) return true
    log({ level: 'warn', message: `The tool ${name.slice(0, 128)} is left out: ${error.message}`, name })
    return false
  }

  const learn = (reply: Reply): Reply => {
    const tools = 'tools' in reply ? reply.tools : undefined
    if (!Array.isArray(tools)) return reply
    const accepted = tools.filter(accept)
    return accepted.length === tools.length ? reply : { ...reply, tools: accepted }
  }

  return { fieldsOf: (tool) => known.get(tool) ?? NONE, learn }
}
