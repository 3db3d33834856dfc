import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js'
import * as z from 'zod'
import { shipQuestion } from '../menu.ts'
import { createWork } from '../work.ts'

const work = createWork()
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })

/** The harbour, written with the official SDK 1.32.2; one instance serves one connection. */
export function createServer1(): McpServer {
  const server = new McpServer({ name: 'sdk-1', version: '1.32.2' })
  server.registerTool(
    'tides',
    { description: 'Tells when the water is high.', inputSchema: { port: z.string() } },
    ({ port }) => text(work.tides(port)),
  )
  server.registerTool('moor', { description: 'Asks for a ship and moors it.' }, async ({ requestId }) => {
    const { message, schema } = shipQuestion
    const requestedSchema = { type: schema.type, properties: schema.properties, required: [...schema.required] }
    const { content } = await server.server.elicitInput(
      { message, requestedSchema },
      // The question belongs to the call, so that it travels on the call's own stream.
      { relatedRequestId: requestId },
    )
    return text(work.moor(content?.['ship']))
  })
  server.registerTool('load', { description: 'Loads a ship in three steps.' }, async (extra) =>
    text(await work.load(reporter(extra))),
  )
  server.registerTool('wait', { description: 'Waits until the caller leaves.' }, async (extra) =>
    text(await work.wait(extra.signal, reporter(extra))),
  )
  server.registerTool('gone', { description: 'Answers once a caller of wait has left.' }, async () =>
    text(await work.gone()),
  )
  server.registerResource('berths', 'harbour://berths', { mimeType: 'text/plain' }, ({ href: uri }) => ({
    contents: [{ uri, text: work.berths }],
  }))
  server.registerPrompt(
    'log_entry',
    { description: 'Writes the log.', argsSchema: { ship: z.string() } },
    ({ ship }) => ({ messages: [{ role: 'user', content: { type: 'text', text: work.logEntry(ship) } }] }),
  )
  return server
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

function reporter({ _meta, sendNotification }: Extra) {
  const progressToken = _meta?.progressToken
  if (progressToken === undefined) return undefined
  return (progress: number, total?: number) =>
    sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total } })
}
