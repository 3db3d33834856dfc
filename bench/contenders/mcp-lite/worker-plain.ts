import { McpServer, StreamableHttpTransport } from 'mcp-lite'
import { textJsonSchema, textSchema } from '../../tools/plain.ts'
import type { Worker } from '../contract.ts'

const server = new McpServer({ name: 'bench', version: '1.0.0', schemaAdapter: () => textJsonSchema })
server.tool('echo', {
  description: 'Return the given text unchanged.',
  inputSchema: textSchema,
  handler: ({ text }) => ({ content: [{ type: 'text', text }] }),
})
const handle = new StreamableHttpTransport().bind(server)

export default { fetch: (request) => handle(request) } satisfies Worker
