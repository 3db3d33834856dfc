import type { Miniflare } from 'miniflare'
import { connect } from 'hawser'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { bundle, COMPATIBILITY, startWorkers } from '../../packages/hawser/src/cloudflare/fixtures/start-workers.ts'
import { testTools } from './suite.ts'

let miniflare: Miniflare | undefined
let origin = ''
beforeAll(async () => {
  const script = await bundle('../../../../../interop/from-sdk/worker.ts')
  ;({ miniflare, origin } = await startWorkers({
    modules: true,
    script,
    compatibilityDate: COMPATIBILITY.compatibilityDate,
    compatibilityFlags: ['enable_request_signal'],
  }))
})
afterAll(() => miniflare?.dispose())

describe.each(['/handler', '/each-call', '/version-1'])('on Workers, %s', (path) => {
  testTools(() => `${origin}${path}`, { hearsLeaving: false })
})

describe.each(['/asks-nobody', '/shared'])('on Workers, %s', (path) => {
  it('says that nobody can be asked, and does everything else', async () => {
    await using client = await connect(`${origin}${path}`, { answers: { elicit: () => ({ action: 'decline' }) } })
    for (const round of [1, 2]) {
      expect(await client.call('wipe')).toMatchObject({ isError: true })
      expect(await client.call('add', { a: round, b: 1 })).toMatchObject({ structuredContent: { sum: round + 1 } })
    }
    const sums = Array.from({ length: 20 }, (_, b) => client.call('add', { a: 1, b }))
    expect((await Promise.all(sums)).map(({ structuredContent }) => structuredContent)).toEqual(
      sums.map((_, b) => ({ sum: b + 1 })),
    )
  })
})

it('tells everybody who listens that lists changed, also when the first of them has left', async () => {
  const heard: string[] = []
  const listen = async (name: string) => {
    const client = await connect(`${origin}/handler`)
    await client.listen({ toolsListChanged: true }, { onChange: () => heard.push(name) })
    return client
  }
  const one = await listen('one')
  await using _ = await listen('two')
  await miniflare?.dispatchFetch(`${origin}/changed`)
  await vi.waitFor(() => expect(heard.toSorted()).toEqual(['one', 'two']))
  await one.close()
  await miniflare?.dispatchFetch(`${origin}/changed`)
  await vi.waitFor(() => expect(heard.filter((name) => name === 'two')).toHaveLength(2))
})
