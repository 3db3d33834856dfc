import { inputRequired, acceptedContent, McpServer, type ServerContext } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { createWork } from '../work.ts'

const work = createWork()
const Ship = z.object({ ship: z.string() })
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })

/** The harbour, written with the official server 2.4.0; one instance serves one connection or one request. */
export function createServer2(): McpServer {
  const server = new McpServer({ name: 'sdk-2', version: '2.4.0' })
  server.registerTool(
    'tides',
    { description: 'Tells when the water is high.', inputSchema: z.object({ port: z.string() }) },
    ({ port }) => text(work.tides(port)),
  )
  server.registerTool('moor', { description: 'Asks for a ship and moors it.' }, ({ mcpReq }) => {
    const answer = acceptedContent(mcpReq.inputResponses, 'ship', Ship)
    if (answer !== undefined) return text(work.moor(answer.ship))
    const ship = inputRequired.elicit({ message: 'Which ship?', requestedSchema: Ship })
    return inputRequired({ inputRequests: { ship } })
  })
  server.registerTool('load', { description: 'Loads a ship in three steps.' }, async (context) =>
    text(await work.load(reporter(context))),
  )
  server.registerTool('wait', { description: 'Waits until the caller leaves.' }, async (context) =>
    text(await work.wait(context.mcpReq.signal, reporter(context))),
  )
  server.registerTool('gone', { description: 'Answers once a caller of wait has left.' }, async () =>
    text(await work.gone()),
  )
  server.registerResource('berths', 'harbour://berths', { mimeType: 'text/plain' }, ({ href: uri }) => ({
    contents: [{ uri, text: work.berths }],
  }))
  server.registerPrompt('log_entry', { description: 'Writes the log.', argsSchema: Ship }, ({ ship }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: work.logEntry(ship) } }],
  }))
  return server
}

function reporter({ mcpReq }: ServerContext) {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return undefined
  return (progress: number, total?: number) =>
    mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total } })
}
