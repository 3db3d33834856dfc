import { type Check, good, note } from '../check.ts'
import { ask } from '../messages.ts'

const REQUESTS = 5
/** Milliseconds that people notice in a conversation. */
const SLOW = 1000

/** How long the head of an answer takes, over a new connection each time. */
export const latency: Check = {
  id: 'latency',
  title: 'Latency',
  look: async (visit) => {
    const times: number[] = []
    for (let i = 0; i < REQUESTS; i++) times.push((await visit.sendAs(ask('server/discover'))).ms)
    const sorted = times.toSorted((a, b) => a - b)
    const [median, most] = [sorted[REQUESTS >> 1]!, sorted.at(-1)!]
    const found = `${Math.round(median)} ms, ${Math.round(most)} ms at most, with a new connection each`
    if (median <= SLOW) return good(found)
    return note(
      found,
      'Every call of a model waits that long.',
      'Run nearer to its users, keep one instance warm, and build nothing for each request.',
    )
  },
}
