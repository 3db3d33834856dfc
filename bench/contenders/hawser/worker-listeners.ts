import { mcp } from 'hawser'
import { durableChanges, worker } from 'hawser/cloudflare'
import { textSchema } from '../../tools/plain.ts'

export { HawserObject } from 'hawser/cloudflare'

const kit = mcp({ name: 'bench', version: '1.0.0', changes: durableChanges({ binding: 'HAWSER' }) })
const server = kit.server({
  tools: {
    echo: kit.tool({
      description: 'Return the given text, and tell everybody that the list of tools changed.',
      effect: 'write',
      input: textSchema,
      run: async ({ text }, { changed }) => {
        await changed.tools()
        return text
      },
    }),
  },
})

export default worker(server)
