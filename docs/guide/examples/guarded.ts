import { isCallOf, mcp } from 'hawser'
import { concurrency, log, rateLimit } from 'hawser/interceptors'
import * as z from 'zod'

const notes = mcp({ name: 'notes', version: '1.0.0' })

const search = notes.tool({
  description: 'Find notes by a word.',
  effect: 'read',
  input: z.object({ word: z.string() }),
  run: ({ word }) => `Nothing about ${word}.`,
})

const send = notes.tool({
  description: 'Send a note by mail.',
  effect: 'write',
  input: z.object({ to: z.string(), text: z.string() }),
  run: ({ to }) => `Sent to ${to}.`,
})

export default notes.server({
  tools: { search, send },
  use: [
    log(), // a line of JSON on stderr for each call
    rateLimit({ calls: 600, per: 60_000 }), // of each caller
    rateLimit({ calls: 2, only: (call) => isCallOf(call, 'tools/call') && call.params.name === 'send' }),
    concurrency({ calls: 50, callsPerCaller: 5, subscriptionsPerCaller: 10 }),
  ],
})
