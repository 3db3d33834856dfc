import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { BenchTool } from '../../tools/tool.ts'

export const serverOf = (tools: readonly BenchTool[]): McpServer => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' }, { capabilities: { tools: {} } })
  for (const { name, description, input, run } of tools)
    server.registerTool(name, { description, inputSchema: input }, (args: Record<string, unknown>) => ({
      content: [{ type: 'text', text: run(args) }],
    }))
  return server
}
