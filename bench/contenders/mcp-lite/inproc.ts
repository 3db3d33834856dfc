import { McpServer, StreamableHttpTransport } from 'mcp-lite'
import * as z from 'zod'
import type { Open } from '../contract.ts'

const isZod = (schema: unknown): schema is z.ZodType => schema instanceof z.ZodType

export const open: Open = (tools) => {
  const server = new McpServer({
    name: 'bench',
    version: '1.0.0',
    schemaAdapter: (schema) => (isZod(schema) ? z.toJSONSchema(schema) : {}),
  })
  for (const { name, description, input, run } of tools)
    server.tool(name, {
      description,
      inputSchema: input,
      handler: (args) => ({ content: [{ type: 'text', text: run(args) }] }),
    })
  return new StreamableHttpTransport().bind(server)
}
