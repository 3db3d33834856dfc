import { mcp } from 'hawser'
import { durableChanges, worker } from 'hawser/cloudflare'
import * as z from 'zod'

export { HawserObject } from 'hawser/cloudflare'

const board = mcp({ name: 'board', version: '1.0.0', changes: durableChanges({ binding: 'HAWSER' }) })

const pin = board.tool({
  description: 'Pin a notice to a board, in place of the one that hangs there.',
  effect: 'write',
  input: z.object({ board: z.string(), notice: z.string() }),
  run: async ({ board: name, notice }, { changed }) => {
    // keep it in a database of your own; variables of a Worker do not last
    await changed.resource(`board://${name}`) // whoever listens hears of it, in all instances
    return `Pinned to ${name}: ${notice}`
  },
})

const notice = board.resource({ uri: 'board://{name}', read: ({ name }) => `What hangs at ${name}.` })

export default worker(board.server({ tools: { pin }, resources: { notice } }), {
  allowedOrigins: ['https://app.example.com'], // web pages that may call, besides those of the server itself
})
