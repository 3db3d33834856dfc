import { FastMCP } from 'fastmcp'
import * as z from 'zod'
import { aborted, harbour, shipQuestion, watchForLeaving } from '../menu.ts'

/** The harbour, written with fastmcp 4.20.16. */
export function createFastMcp(): FastMCP {
  const { left, gone } = watchForLeaving()
  const server = new FastMCP({ name: 'fastmcp', version: '4.20.16' })
  server.addTool({
    name: 'tides',
    description: 'Tells when the water is high.',
    parameters: z.object({ port: z.string() }),
    execute: async ({ port }) => `High water at ${port}: 14:05`,
  })
  server.addTool({
    name: 'moor',
    description: 'Asks for a ship and moors it.',
    execute: async (_, { elicit }) => {
      const { message, schema } = shipQuestion
      const requestedSchema = { type: schema.type, properties: schema.properties, required: [...schema.required] }
      const { content } = await elicit({ message, requestedSchema })
      return `The ${String(content?.['ship'])} lies at the north quay.`
    },
  })
  server.addTool({
    name: 'load',
    description: 'Loads a ship in three steps.',
    execute: async (_, { reportProgress }) => {
      const total = harbour.progress.steps
      for (let progress = 1; progress <= total; progress++) await reportProgress({ progress, total })
      return 'Loaded.'
    },
  })
  server.addTool({
    name: 'wait',
    description: 'Waits until the caller leaves.',
    execute: async (_, { reportProgress, signal }) => {
      await reportProgress({ progress: 1 })
      await aborted(signal)
      left()
      return 'Nobody reads this.'
    },
  })
  server.addTool({
    name: 'gone',
    description: 'Answers once a caller of wait has left.',
    execute: async () => {
      await gone
      return 'The caller left.'
    },
  })
  server.addResource({
    name: 'berths',
    uri: 'harbour://berths',
    mimeType: 'text/plain',
    load: async () => ({ text: 'North quay: free' }),
  })
  server.addPrompt({
    name: 'log_entry',
    description: 'Writes the log.',
    arguments: [{ name: 'ship', required: true }],
    load: async ({ ship }) => `Write the log entry of the ${ship}.`,
  })
  return server
}
