import { mcp } from 'hawser'
import { landingPage } from 'hawser/landing'
import * as z from 'zod'

const app = mcp({ name: 'tides', title: 'Tides', version: '1.0.0', description: 'High and low water at any port.' })

const next = app.tool({
  title: 'Next tide',
  description: 'When the next high water is. Returns one line.',
  effect: 'read',
  input: z.object({ port: z.string() }),
  run: ({ port }) => `High water at ${port}: 20:05`,
})

export default app.server({ tools: { next }, http: { landing: landingPage() } })
