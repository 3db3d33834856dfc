import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import * as z from 'zod'
import { aborted, harbour, shipQuestion, watchForLeaving } from '../menu.ts'

const { left, gone } = watchForLeaving()
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })

/** The harbour, written with the official SDK 1.32.2; one instance serves one connection. */
export function createServer1(): McpServer {
  const server = new McpServer({ name: 'sdk-1', version: '1.32.2' })
  server.registerTool(
    'tides',
    { description: 'Tells when the water is high.', inputSchema: { port: z.string() } },
    ({ port }) => text(`High water at ${port}: 14:05`),
  )
  server.registerTool('moor', { description: 'Asks for a ship and moors it.' }, async ({ requestId }) => {
    const { message, schema } = shipQuestion
    const requestedSchema = { type: schema.type, properties: schema.properties, required: [...schema.required] }
    const { content } = await server.server.elicitInput(
      { message, requestedSchema },
      // The question belongs to the call, so that it travels on the call's own stream.
      { relatedRequestId: requestId },
    )
    return text(`The ${String(content?.['ship'])} lies at the north quay.`)
  })
  server.registerTool('load', { description: 'Loads a ship in three steps.' }, async ({ _meta, sendNotification }) => {
    const progressToken = _meta?.progressToken
    if (progressToken === undefined) return text('Loaded.')
    const total = harbour.progress.steps
    for (let progress = 1; progress <= total; progress++) {
      await sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total } })
    }
    return text('Loaded.')
  })
  server.registerTool('wait', { description: 'Waits until the caller leaves.' }, async (extra) => {
    const progressToken = extra._meta?.progressToken
    if (progressToken !== undefined) {
      await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
    }
    await aborted(extra.signal)
    left()
    return text('Nobody reads this.')
  })
  server.registerTool('gone', { description: 'Answers once a caller of wait has left.' }, async () => {
    await gone
    return text('The caller left.')
  })
  server.registerResource('berths', 'harbour://berths', { mimeType: 'text/plain' }, ({ href: uri }) => ({
    contents: [{ uri, text: 'North quay: free' }],
  }))
  server.registerPrompt(
    'log_entry',
    { description: 'Writes the log.', argsSchema: { ship: z.string() } },
    ({ ship }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Write the log entry of the ${ship}.` } }],
    }),
  )
  return server
}
