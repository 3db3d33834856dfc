import { mcp } from 'hawser'
import { landingPage } from 'hawser/landing'
import * as z from 'zod'

const app = mcp({ name: 'one-tool', version: '1.0.0' })

const add = app.tool({
  description: 'Add two numbers.',
  effect: 'read',
  input: z.object({ a: z.number(), b: z.number() }),
  run: ({ a, b }) => String(a + b),
})

export default app.server({ tools: { add }, http: { landing: landingPage() } })
