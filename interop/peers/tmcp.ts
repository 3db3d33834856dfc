import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod'
import { McpServer } from 'tmcp'
import * as z from 'zod'
import { createWork } from '../work.ts'

const Ship = z.object({ ship: z.string() })
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })

/** The harbour, written with tmcp 1.20.0. */
export function createTmcp() {
  const work = createWork()
  const server = new McpServer(
    { name: 'tmcp', version: '1.20.0', description: 'The harbour' },
    { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {}, resources: {}, prompts: {} } },
  )
  server.tool(
    { name: 'tides', description: 'Tells when the water is high.', schema: z.object({ port: z.string() }) },
    ({ port }) => text(work.tides(port)),
  )
  server.tool({ name: 'moor', description: 'Asks for a ship and moors it.', replayable: true }, async () => {
    const { content } = await server.elicitation('Which ship?', Ship)
    return text(work.moor(content?.ship))
  })
  server.tool({ name: 'load', description: 'Loads a ship in three steps.' }, async () =>
    text(await work.load((done, total) => server.progress(done, total))),
  )
  server.tool({ name: 'wait', description: 'Waits until the caller leaves.' }, async () => {
    return text(await work.wait(server.ctx.signal, (done) => server.progress(done, 2)))
  })
  server.tool({ name: 'gone', description: 'Answers once a caller of wait has left.' }, async () =>
    text(await work.gone()),
  )
  server.resource({ name: 'berths', description: 'The berths.', uri: 'harbour://berths' }, (uri) => ({
    contents: [{ uri, mimeType: 'text/plain', text: work.berths }],
  }))
  server.prompt({ name: 'log_entry', description: 'Writes the log.', schema: Ship }, ({ ship }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: work.logEntry(ship) } }],
  }))
  return server
}
