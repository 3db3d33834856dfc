import { inputRequired, acceptedContent, McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { aborted, harbour, watchForLeaving } from '../menu.ts'

const { left, gone } = watchForLeaving()
const Ship = z.object({ ship: z.string() })
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })

/** The harbour, written with the official server 2.4.0; one instance serves one connection or one request. */
export function createServer2(): McpServer {
  const server = new McpServer({ name: 'sdk-2', version: '2.4.0' })
  server.registerTool(
    'tides',
    { description: 'Tells when the water is high.', inputSchema: z.object({ port: z.string() }) },
    ({ port }) => text(`High water at ${port}: 14:05`),
  )
  server.registerTool('moor', { description: 'Asks for a ship and moors it.' }, ({ mcpReq }) => {
    const answer = acceptedContent(mcpReq.inputResponses, 'ship', Ship)
    if (answer !== undefined) return text(`The ${answer.ship} lies at the north quay.`)
    const ship = inputRequired.elicit({ message: 'Which ship?', requestedSchema: Ship })
    return inputRequired({ inputRequests: { ship } })
  })
  server.registerTool('load', { description: 'Loads a ship in three steps.' }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken
    if (progressToken === undefined) return text('Loaded.')
    const total = harbour.progress.steps
    for (let progress = 1; progress <= total; progress++) {
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total } })
    }
    return text('Loaded.')
  })
  server.registerTool('wait', { description: 'Waits until the caller leaves.' }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken
    if (progressToken !== undefined) {
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
    }
    await aborted(mcpReq.signal)
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
  server.registerPrompt('log_entry', { description: 'Writes the log.', argsSchema: Ship }, ({ ship }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Write the log entry of the ${ship}.` } }],
  }))
  return server
}
