import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod'
import { McpServer } from 'tmcp'
import type { BenchTool } from '../../tools/tool.ts'

export const serverOf = (tools: readonly BenchTool[]) => {
  const server = new McpServer(
    { name: 'bench', version: '1.0.0', description: 'Bench server' },
    { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
  )
  for (const { name, description, input, run } of tools)
    server.tool({ name, description, schema: input }, (args) => ({ content: [{ type: 'text', text: run(args) }] }))
  return server
}
