import { HttpTransport } from '@tmcp/transport-http'
import { McpServer } from 'tmcp'
import { JsonSchemaAdapter } from 'tmcp/adapter'
import { textJsonSchema, textSchema } from '../../tools/plain.ts'
import type { Worker } from '../contract.ts'

class TextAdapter extends JsonSchemaAdapter<typeof textSchema> {
  override async toJsonSchema(_: typeof textSchema) {
    return { ...textJsonSchema, properties: { text: { type: 'string' as const } }, required: ['text'] }
  }
}

const server = new McpServer(
  { name: 'bench', version: '1.0.0', description: 'Bench server' },
  { adapter: new TextAdapter(), capabilities: { tools: {} } },
)
server.tool({ name: 'echo', description: 'Return the given text unchanged.', schema: textSchema }, ({ text }) => ({
  content: [{ type: 'text', text }],
}))
const transport = new HttpTransport(server, { path: null })

export default {
  fetch: async (request) => (await transport.respond(request)) ?? new Response(null, { status: 404 }),
} satisfies Worker
