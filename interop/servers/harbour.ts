import { mcp } from 'hawser'
import { setTimeout as work } from 'node:timers/promises'
import * as z from 'zod'
import { aborted, harbour, watchForLeaving } from '../menu.ts'

/** A step of work. Official clients lose progress that reaches them together with the answer. (milliseconds) */
const STEP_MS = 100

/** The server that the official clients are let loose on. */
export function createHarbour() {
  const { left, gone } = watchForLeaving()
  const { tool, resource, prompt, server } = mcp({ name: 'harbour', version: '1.0.0', log: () => {} })
  return server({
    tools: {
      tides: tool({
        description: 'Tells when the water is high.',
        effect: 'read',
        input: z.object({ port: z.string() }),
        run: ({ port }) => `High water at ${port}: 14:05`,
      }),
      moor: tool({
        description: 'Asks for a ship and moors it.',
        effect: 'write',
        run: async (_, { ask }) => {
          const { ship } = await ask('ship', { message: 'Which ship?', answer: z.object({ ship: z.string() }) })
          return `The ${ship} lies at the north quay.`
        },
      }),
      load: tool({
        description: 'Loads a ship in three steps.',
        effect: 'write',
        run: async (_, { progress }) => {
          for (let done = 1; done <= harbour.progress.steps; done++) {
            progress(done, harbour.progress.steps)
            await work(STEP_MS)
          }
          return 'Loaded.'
        },
      }),
      wait: tool({
        description: 'Waits until the caller leaves.',
        effect: 'read',
        run: async (_, { progress, signal }) => {
          progress(1)
          await aborted(signal)
          left()
          return 'Nobody reads this.'
        },
      }),
      gone: tool({
        description: 'Answers once a caller of wait has left.',
        effect: 'read',
        run: async () => {
          await gone
          return 'The caller left.'
        },
      }),
    },
    resources: {
      berths: resource({ uri: 'harbour://berths', mimeType: 'text/plain', read: () => 'North quay: free' }),
    },
    prompts: {
      log_entry: prompt({
        description: 'Writes the log.',
        args: z.object({ ship: z.string() }),
        render: ({ ship }) => `Write the log entry of the ${ship}.`,
      }),
    },
  })
}
