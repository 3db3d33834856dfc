import { readFileSync } from 'node:fs'
import { connect } from 'hawser'
import { expect, it, vi } from 'vitest'
import { bundle, startWorkers } from '../../../packages/hawser/src/cloudflare/fixtures/start-workers.ts'

interface Config {
  readonly compatibility_date: string
  readonly compatibility_flags: string[]
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] }
}

it('runs on Workers as its configuration says, and tells listeners what changed', async () => {
  const text = readFileSync(`${import.meta.dirname}/wrangler.jsonc`, 'utf8')
  const config = JSON.parse(text.replaceAll(/,(?=\s*[}\]])/g, '')) as Config
  const { miniflare, origin } = await startWorkers({
    modules: true,
    script: await bundle('../../../../../docs/guide/examples/worker.ts'),
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    durableObjects: Object.fromEntries(
      config.durable_objects.bindings.map(({ name, class_name: className }) => [name, { className, useSQLite: true }]),
    ),
  })
  try {
    await using client = await connect(`${origin}/mcp`)
    const changes: unknown[] = []
    await using listening = await client.listen(
      { resourceSubscriptions: ['board://hall'] },
      { onChange: (change) => changes.push(change) },
    )
    expect(listening.filter).toEqual({ resourceSubscriptions: ['board://hall'] })
    await client.call('pin', { board: 'hall', notice: 'Tea at four' })
    await vi.waitFor(() => expect(changes).toMatchObject([{ kind: 'resource', uri: 'board://hall' }]))
    expect((await miniflare.dispatchFetch(`${origin}/`)).status).toBe(404)
  } finally {
    await miniflare.dispose()
  }
})
