import { McpServer } from '@modelcontextprotocol/server'
import type { BenchTool } from '../../tools/tool.ts'

/** The SDK builds one server per request; its schemas are made once, which is its fastest documented shape. */
export const factoryOf = (tools: readonly BenchTool[]) => () => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' }, { capabilities: { tools: {} } })
  for (const { name, description, input, run } of tools)
    server.registerTool(name, { description, inputSchema: input }, (args) => ({
      content: [{ type: 'text', text: run(args) }],
    }))
  return server
}
