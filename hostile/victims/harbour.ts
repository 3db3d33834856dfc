import { mcp, memoryChanges } from 'hawser'
import * as z from 'zod'

/** The server that hostile clients are let loose on. */
export const harbour = (() => {
  const { tool, resource, server } = mcp({ name: 'harbour', version: '1.0.0', log: () => {}, changes: memoryChanges() })
  return server({
    tools: {
      echo: tool({
        description: 'Says what it was told.',
        effect: 'read',
        input: z.object({ text: z.string() }),
        run: ({ text }) => text,
      }),
      work: tool({
        description: 'Reports progress and says what it was told.',
        effect: 'read',
        input: z.object({ text: z.string() }),
        run: ({ text }, { progress }) => {
          progress(1, 2, `halfway through ${text}`)
          return text
        },
      }),
      flood: tool({
        description: 'Tells of many changes.',
        effect: 'write',
        run: async (_, { changed }) => {
          for (let change = 0; change < 20_000; change++) await changed.resource(`harbour://berths/${change % 1000}`)
          return 'Told.'
        },
      }),
      hang: tool({
        description: 'Waits until the caller leaves.',
        effect: 'read',
        run: (_, { signal }) =>
          new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('left'), { once: true })),
      }),
    },
    resources: { berth: resource({ uri: 'harbour://berths/{id}', read: ({ id }) => `Berth ${id}` }) },
  })
})()
