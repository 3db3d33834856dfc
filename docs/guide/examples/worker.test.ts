import { connect } from 'hawser'
import { expect, it } from 'vitest'
import { bundle, COMPATIBILITY, startWorkers } from '../../../packages/hawser/src/cloudflare/fixtures/start-workers.ts'

it('runs on Workers', async () => {
  const script = await bundle('../../../../../docs/guide/examples/worker.ts')
  const { miniflare, origin } = await startWorkers({ modules: true, script, ...COMPATIBILITY })
  try {
    await using client = await connect(`${origin}/mcp`)
    expect((await client.listTools()).map(({ name }) => name)).toContain('search')
    expect((await miniflare.dispatchFetch(`${origin}/`)).status).toBe(404)
  } finally {
    await miniflare.dispose()
  }
})
