import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { createKeyRing, mcp } from 'hawser'
import { sqliteTasks } from 'hawser/node/sqlite'
import { tasks } from 'hawser/tasks'
import * as z from 'zod'

const { SEAL_KEYS, TASKS_FILE = 'survey-tasks.db', METRE_MS = '20' } = process.env
const harbour = mcp({
  name: 'survey',
  version: '1.0.0',
  ...(SEAL_KEYS && { keys: createKeyRing(SEAL_KEYS.split(' ')) }),
})

const survey = harbour.tool({
  description: 'Sound a fairway metre by metre and tell its shallowest place. Takes up to an hour.',
  effect: 'write',
  long: true, // clients that know tasks need not hold a request open for it
  input: z.object({ metres: z.number().int().min(1).max(10_000).describe('Length of the fairway') }),
  output: z.object({ depth: z.number(), at: z.number() }),
  run: async ({ metres }, { ask, once, progress, signal }) => {
    // Once, for the answer to a question brings the handler back to its beginning.
    const found = await once('sounding', async () => {
      const depths: number[] = []
      for (let at = 0; at < metres; at++) {
        await wait(Number(METRE_MS), undefined, { signal }) // stops when the task is cancelled
        depths.push(sound(at))
        progress(at + 1, metres, `${at + 1} m sounded`)
      }
      const depth = Math.min(...depths)
      return { depth, at: depths.indexOf(depth) }
    })
    const { publish } = await ask('publish', {
      message: `The fairway is ${found.depth} m deep at ${found.at} m. Warn the ships?`,
      answer: z.object({ publish: z.boolean() }),
    })
    if (publish) warnings.push(found)
    return found
  },
})

/** Warnings to ships: a database, in earnest. */
export const warnings: { readonly depth: number; readonly at: number }[] = []

function sound(at: number): number {
  return Math.round(100 * (8 + 3 * Math.cos(at))) / 100
}

export default harbour.server({
  tools: { survey },
  use: [tasks({ store: sqliteTasks(TASKS_FILE), ttl: 4 * 3_600_000 })],
})
