import * as z from 'zod'
import type { BenchTool } from '../../tools/tool.ts'

export interface Reply {
  readonly status: number
  readonly body: string
}

type Header = (name: string) => string | null | undefined

interface Params {
  readonly name?: unknown
  readonly arguments?: unknown
  readonly _meta?: Readonly<Record<string, unknown>>
}

const revision = '2026-07-28'
const versionKey = 'io.modelcontextprotocol/protocolVersion'
const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities'

const refuse = (status: number, id: unknown, code: number, message: string): Reply => ({
  status,
  body: JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }),
})

/** The least a 2026-07-28 server does for `tools/list` and `tools/call`: a floor to design against, not a product. */
export const createHandle = (tools: readonly BenchTool[]) => {
  const registry = new Map(tools.map((tool) => [tool.name, tool]))
  const described = tools.map(({ name, description, input }) => ({
    name,
    description,
    inputSchema: z.toJSONSchema(input, { io: 'input' }),
  }))
  const listed = JSON.stringify({ resultType: 'complete', tools: described, ttlMs: 0, cacheScope: 'public' })

  return (text: string, header?: Header): Reply => {
    let message: { jsonrpc?: unknown; id?: unknown; method?: unknown; params?: Params }
    try {
      message = JSON.parse(text)
    } catch {
      return refuse(400, undefined, -32700, 'Parse error')
    }
    const { id, method, params } = message
    if (message.jsonrpc !== '2.0' || (typeof id !== 'number' && typeof id !== 'string') || typeof method !== 'string')
      return refuse(400, undefined, -32600, 'Invalid request')
    const meta = params?._meta
    if (typeof meta !== 'object' || meta === null || typeof meta[capabilitiesKey] !== 'object')
      return refuse(400, id, -32602, 'Missing _meta')
    if (meta[versionKey] !== revision) return refuse(400, id, -32022, 'Unsupported protocol version')
    if (header !== undefined) {
      const agree = header('mcp-protocol-version') === revision && header('mcp-method') === method
      if (!agree || (method === 'tools/call' && header('mcp-name') !== params?.name))
        return refuse(400, id, -32020, 'Header mismatch')
    }
    const head = `{"jsonrpc":"2.0","id":${typeof id === 'number' ? id : JSON.stringify(id)},"result":`
    if (method === 'tools/list') return { status: 200, body: `${head}${listed}}` }
    if (method !== 'tools/call') return refuse(404, id, -32601, 'Method not found')
    const tool = typeof params?.name === 'string' ? registry.get(params.name) : undefined
    if (tool === undefined) return refuse(200, id, -32602, 'Unknown tool')
    const parsed = tool.input.safeParse(params?.arguments)
    const result = parsed.success
      ? { resultType: 'complete', content: [{ type: 'text', text: tool.run(parsed.data) }] }
      : { resultType: 'complete', isError: true, content: [{ type: 'text', text: z.prettifyError(parsed.error) }] }
    return { status: 200, body: `${head}${JSON.stringify(result)}}` }
  }
}
