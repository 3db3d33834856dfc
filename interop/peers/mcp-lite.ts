import { getRequestListener } from '@hono/node-server'
import { InMemoryClientRequestAdapter, InMemorySessionAdapter, McpServer, StreamableHttpTransport } from 'mcp-lite'
import * as z from 'zod'
import { harbour, shipQuestion } from '../menu.ts'
import { serve } from './serve.ts'

const Ship = z.object({ ship: z.string() })
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })
const isZod = (schema: unknown): schema is z.ZodType => schema instanceof z.ZodType

/** The harbour, written with mcp-lite 0.10.0, which tells its handlers nothing of callers who leave. */
const server = new McpServer({
  name: 'mcp-lite',
  version: '0.10.0',
  schemaAdapter: (schema) => (isZod(schema) ? z.toJSONSchema(schema) : {}),
})
server.tool('tides', {
  description: 'Tells when the water is high.',
  inputSchema: z.object({ port: z.string() }),
  handler: ({ port }) => text(`High water at ${port}: 14:05`),
})
server.tool('moor', {
  description: 'Asks for a ship and moors it.',
  handler: async (_, context) => {
    const answer = await context.elicit<{ ship: string }>(shipQuestion)
    return text(`The ${answer.content?.ship ?? answer.action} lies at the north quay.`)
  },
})
server.tool('load', {
  description: 'Loads a ship in three steps.',
  handler: async (_, context) => {
    const total = harbour.progress.steps
    for (let done = 1; done <= total; done++) await context.progress?.({ progress: done, total })
    return text('Loaded.')
  },
})
server.resource('harbour://berths', { name: 'berths', mimeType: 'text/plain' }, async () => ({
  contents: [{ uri: 'harbour://berths', type: 'text', text: 'North quay: free' }],
}))
server.prompt('log_entry', {
  description: 'Writes the log.',
  arguments: Ship,
  handler: ({ ship }: { ship: string }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Write the log entry of the ${ship}.` } }],
  }),
})

const transport = new StreamableHttpTransport({
  sessionAdapter: new InMemorySessionAdapter({ maxEventBufferSize: 1024 }),
  clientRequestAdapter: new InMemoryClientRequestAdapter({ defaultTimeoutMs: 10_000 }),
})
const handle = transport.bind(server)
const listener = getRequestListener((request) => handle(request))
serve(listener)
