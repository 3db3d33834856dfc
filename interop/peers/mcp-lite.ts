import { getRequestListener } from '@hono/node-server'
import { InMemoryClientRequestAdapter, InMemorySessionAdapter, McpServer, StreamableHttpTransport } from 'mcp-lite'
import * as z from 'zod'
import { shipQuestion } from '../menu.ts'
import { createWork } from '../work.ts'
import { serve } from './serve.ts'

const work = createWork()
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
  handler: ({ port }) => text(work.tides(port)),
})
server.tool('moor', {
  description: 'Asks for a ship and moors it.',
  handler: async (_, context) => {
    const answer = await context.elicit<{ ship: string }>(shipQuestion)
    return text(work.moor(answer.content?.ship ?? answer.action))
  },
})
server.tool('load', {
  description: 'Loads a ship in three steps.',
  handler: async (_, context) => text(await work.load((progress, total) => context.progress?.({ progress, total }))),
})
server.resource('harbour://berths', { name: 'berths', mimeType: 'text/plain' }, async () => ({
  contents: [{ uri: 'harbour://berths', type: 'text', text: work.berths }],
}))
server.prompt('log_entry', {
  description: 'Writes the log.',
  arguments: Ship,
  handler: ({ ship }: { ship: string }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: work.logEntry(ship) } }],
  }),
})

const transport = new StreamableHttpTransport({
  sessionAdapter: new InMemorySessionAdapter({ maxEventBufferSize: 1024 }),
  clientRequestAdapter: new InMemoryClientRequestAdapter({ defaultTimeoutMs: 10_000 }),
})
const handle = transport.bind(server)
const listener = getRequestListener((request) => handle(request))
serve(listener)
