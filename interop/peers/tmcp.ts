import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod'
import { McpServer } from 'tmcp'
import * as z from 'zod'
import { aborted, harbour, watchForLeaving } from '../menu.ts'

const Ship = z.object({ ship: z.string() })
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })

/** The harbour, written with tmcp 1.20.0. */
export function createTmcp() {
  const { left, gone } = watchForLeaving()
  const server = new McpServer(
    { name: 'tmcp', version: '1.20.0', description: 'The harbour' },
    { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {}, resources: {}, prompts: {} } },
  )
  server.tool(
    { name: 'tides', description: 'Tells when the water is high.', schema: z.object({ port: z.string() }) },
    ({ port }) => text(`High water at ${port}: 14:05`),
  )
  server.tool({ name: 'moor', description: 'Asks for a ship and moors it.', replayable: true }, async () => {
    const { content } = await server.elicitation('Which ship?', Ship)
    return text(`The ${content?.ship} lies at the north quay.`)
  })
  server.tool({ name: 'load', description: 'Loads a ship in three steps.' }, () => {
    for (let done = 1; done <= harbour.progress.steps; done++) server.progress(done, harbour.progress.steps)
    return text('Loaded.')
  })
  server.tool({ name: 'wait', description: 'Waits until the caller leaves.' }, async () => {
    server.progress(1, 2)
    const { signal } = server.ctx
    if (signal !== undefined) await aborted(signal)
    left()
    return text('Nobody reads this.')
  })
  server.tool({ name: 'gone', description: 'Answers once a caller of wait has left.' }, async () => {
    await gone
    return text('The caller left.')
  })
  server.resource({ name: 'berths', description: 'The berths.', uri: 'harbour://berths' }, (uri) => ({
    contents: [{ uri, mimeType: 'text/plain', text: 'North quay: free' }],
  }))
  server.prompt({ name: 'log_entry', description: 'Writes the log.', schema: Ship }, ({ ship }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Write the log entry of the ${ship}.` } }],
  }))
  return server
}
