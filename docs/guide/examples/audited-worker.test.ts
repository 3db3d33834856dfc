import { readFileSync } from 'node:fs'
import type { MiniflareOptions } from 'miniflare'
import { connect } from 'hawser'
import { expect, it, vi } from 'vitest'
import { bundle, startWorkers } from '../../../packages/hawser/src/cloudflare/fixtures/start-workers.ts'

interface Config {
  readonly compatibility_date: string
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] }
  readonly queues: {
    readonly producers: readonly { readonly binding: string; readonly queue: string }[]
    readonly consumers: readonly { readonly queue: string; readonly max_batch_size: number }[]
  }
  readonly r2_buckets: readonly { readonly binding: string; readonly bucket_name: string }[]
  readonly analytics_engine_datasets: readonly { readonly binding: string; readonly dataset: string }[]
}

interface Bucket {
  list(): Promise<{ readonly objects: readonly { readonly key: string }[] }>
}

it('keeps account on Workers as its configuration says', async () => {
  const text = readFileSync(`${import.meta.dirname}/audited-wrangler.jsonc`, 'utf8')
  const config = JSON.parse(text.replaceAll(/,(?=\s*[}\]])/g, '')) as Config
  const { miniflare, origin } = await startWorkers({
    modules: true,
    script: await bundle('../../../../../docs/guide/examples/audited-worker.ts'),
    compatibilityDate: config.compatibility_date,
    bindings: { AUDIT_KEY: 'k'.repeat(64) },
    durableObjects: Object.fromEntries(
      config.durable_objects.bindings.map(({ name, class_name: className }) => [name, { className, useSQLite: true }]),
    ),
    queueProducers: Object.fromEntries(config.queues.producers.map(({ binding, queue }) => [binding, queue])),
    queueConsumers: Object.fromEntries(
      config.queues.consumers.map(({ queue, max_batch_size: maxBatchSize }) => [
        queue,
        { maxBatchSize, maxBatchTimeout: 0 },
      ]),
    ),
    r2Buckets: Object.fromEntries(config.r2_buckets.map(({ binding, bucket_name }) => [binding, bucket_name])),
    analyticsEngineDatasets: Object.fromEntries(
      config.analytics_engine_datasets.map(({ binding, dataset }) => [binding, { dataset }]),
    ),
  } as MiniflareOptions)
  try {
    await using client = await connect(`${origin}/mcp`)
    expect(await client.call('save', { text: 'tides' })).toMatchObject({ content: [{ text: 'Saved 5 characters.' }] })
    // What is no record is put aside at once, where records wait for others.
    await (await miniflare.getQueueProducer('AUDIT')).send('nonsense', { contentType: 'text' })
    const bucket = (await miniflare.getR2Bucket('AUDIT_LOG')) as unknown as Bucket
    await vi.waitFor(async () =>
      expect((await bucket.list()).objects.map(({ key }) => key)).toEqual([
        expect.stringMatching(/^audit\/refused\/\w+\.json$/),
      ]),
    )
  } finally {
    await miniflare.dispose()
  }
})
