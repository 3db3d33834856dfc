import { FastMCP } from 'fastmcp'
import * as z from 'zod'
import { shipQuestion } from '../menu.ts'
import { createWork } from '../work.ts'

/** The harbour, written with fastmcp 4.20.16. */
export function createFastMcp(): FastMCP {
  const work = createWork()
  const server = new FastMCP({ name: 'fastmcp', version: '4.20.16' })
  server.addTool({
    name: 'tides',
    description: 'Tells when the water is high.',
    parameters: z.object({ port: z.string() }),
    execute: async ({ port }) => work.tides(port),
  })
  server.addTool({
    name: 'moor',
    description: 'Asks for a ship and moors it.',
    execute: async (_, { elicit }) => {
      const { message, schema } = shipQuestion
      const requestedSchema = { type: schema.type, properties: schema.properties, required: [...schema.required] }
      const { content } = await elicit({ message, requestedSchema })
      return work.moor(content?.['ship'])
    },
  })
  server.addTool({
    name: 'load',
    description: 'Loads a ship in three steps.',
    execute: (_, { reportProgress }) => work.load((progress, total) => reportProgress({ progress, total })),
  })
  server.addTool({
    name: 'wait',
    description: 'Waits until the caller leaves.',
    execute: (_, { reportProgress, signal }) => work.wait(signal, (progress) => reportProgress({ progress })),
  })
  server.addTool({
    name: 'gone',
    description: 'Answers once a caller of wait has left.',
    execute: work.gone,
  })
  server.addResource({
    name: 'berths',
    uri: 'harbour://berths',
    mimeType: 'text/plain',
    load: async () => ({ text: work.berths }),
  })
  server.addPrompt({
    name: 'log_entry',
    description: 'Writes the log.',
    arguments: [{ name: 'ship', required: true }],
    load: async ({ ship }) => work.logEntry(ship),
  })
  return server
}
