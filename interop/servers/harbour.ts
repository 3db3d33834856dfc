import { mcp } from 'hawser'
import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import { createWork } from '../work.ts'

/** A step of work. Official clients lose progress that reaches them together with the answer. (milliseconds) */
const STEP_MS = 100

/** The server that the official clients are let loose on. */
export function createHarbour() {
  const work = createWork()
  const { tool, resource, prompt, server } = mcp({ name: 'harbour', version: '1.0.0', log: () => {} })
  return server({
    tools: {
      tides: tool({
        description: 'Tells when the water is high.',
        effect: 'read',
        input: z.object({ port: z.string() }),
        run: ({ port }) => work.tides(port),
      }),
      moor: tool({
        description: 'Asks for a ship and moors it.',
        effect: 'write',
        run: async (_, { ask }) => {
          const { ship } = await ask('ship', { message: 'Which ship?', answer: z.object({ ship: z.string() }) })
          return work.moor(ship)
        },
      }),
      load: tool({
        description: 'Loads a ship in three steps.',
        effect: 'write',
        run: (_, { progress }) =>
          work.load((done, total) => {
            progress(done, total)
            return pause(STEP_MS)
          }),
      }),
      wait: tool({
        description: 'Waits until the caller leaves.',
        effect: 'read',
        run: (_, { progress, signal }) => work.wait(signal, progress),
      }),
      gone: tool({
        description: 'Answers once a caller of wait has left.',
        effect: 'read',
        run: work.gone,
      }),
    },
    resources: {
      berths: resource({ uri: 'harbour://berths', mimeType: 'text/plain', read: () => work.berths }),
    },
    prompts: {
      log_entry: prompt({
        description: 'Writes the log.',
        args: z.object({ ship: z.string() }),
        render: ({ ship }) => work.logEntry(ship),
      }),
    },
  })
}
