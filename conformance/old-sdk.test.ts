import { build } from 'esbuild'
import { type Client, connect, type ConnectOptions } from 'hawser'
import { command } from 'hawser/node'
import { Miniflare } from 'miniflare'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEventStore } from './old-sdk/event-store.ts'
import { hostSessions, hostSse, hostStateless, type OldHost } from './old-sdk/http.ts'

const script = join(import.meta.dirname, 'old-sdk/stdio.ts')
const start = () => command(process.execPath, ['--conditions=hawser-source', script])

type Options = Pick<ConnectOptions, 'answers' | 'onLog' | 'logLevel' | 'onProgress'>

interface Place extends AsyncDisposable {
  readonly connect: (options?: Options) => Promise<Client>
}

const overHttp = async (open: () => Promise<OldHost>): Promise<Place> => {
  const host = await open()
  return {
    connect: (options = {}) => connect(host.url, options),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  }
}
const overStdio = async (): Promise<Place> => ({
  connect: (options = {}) => connect(start(), options),
  [Symbol.asyncDispose]: async () => {},
})

const places = [
  ['stdio', overStdio, 'stdio'],
  ['Streamable HTTP with sessions', () => overHttp(hostSessions), 'Streamable HTTP'],
  ['Streamable HTTP without sessions', () => overHttp(hostStateless), 'Streamable HTTP'],
  ['HTTP+SSE', () => overHttp(hostSse), 'HTTP+SSE'],
] as const

const names: string[] = []
const answers: ConnectOptions['answers'] = {
  elicit: ({ message }) => {
    names.push(message)
    return { action: 'accept', content: { name: `Ada for ${message}` } }
  },
  visit: () => ({ action: 'accept' }),
  sample: () => ({ role: 'assistant', model: 'test-model', content: { type: 'text', text: 'Hm.' } }),
  roots: () => [{ uri: 'file:///work' }],
}

describe.each(places)('a server of the official SDK 1.32.2 over %s', (_, open, transport) => {
  // Without a session an answer does not find the call that waits for it, and nothing is told outside of answers.
  const isStateless = open === places[2][1]
  let place: Place
  let client: Client
  beforeAll(async () => {
    place = await open()
    client = await place.connect({ answers })
  })
  afterAll(async () => {
    await client.close()
    await place[Symbol.asyncDispose]()
  })

  it('says what was agreed on', async () => {
    expect(await client.agreed()).toMatchObject({
      protocolVersion: '2025-11-25',
      transport,
      serverInfo: { name: 'old', version: '1.2.3' },
      capabilities: { tools: {}, resources: {} },
    })
    expect((await client.discover()).instructions).toBe('Be patient.')
  })

  it('is called, listed, read, rendered and completed', async () => {
    expect(await client.tools['add']?.({ a: 1, b: 2 })).toEqual({ sum: 3 })
    await expect(client.tools['fail']?.()).rejects.toMatchObject({ name: 'ToolError', message: 'It failed.' })
    expect((await client.listTools()).map(({ name }) => name)).toContain('greet')
    expect(await client.resources['motto']?.()).toBe('Festina lente')
    expect(await client.resources['note']?.({ id: '7' })).toBe('Note 7')
    expect(await client.read('old://motto')).toMatchObject({ ttlMs: 0, cacheScope: 'private' })
    expect(await client.prompts['review']?.({ id: '7' })).toMatchObject([{ content: { text: 'Review 7' } }])
    const ref = { type: 'ref/prompt', name: 'review' } as const
    expect(await client.complete(ref, { name: 'id', value: 'a' })).toMatchObject({ values: ['alpha'] })
  })

  it('refuses in its own words', async () => {
    await expect(client.read('old://nothing')).rejects.toMatchObject({ name: 'ProtocolError', code: 'invalid_params' })
    await expect(client.request('no/such' as 'tools/list', {})).rejects.toMatchObject({ code: 'method_not_found' })
  })

  it('reports progress and logs what the call wants to see', async () => {
    const progress: number[] = []
    const logs: unknown[] = []
    await client.call(
      'count',
      {},
      {
        onProgress: (report) => progress.push(report.progress),
        onLog: ({ data }) => logs.push(data),
        logLevel: 'info',
      },
    )
    expect(progress).toEqual([1, 2])
    expect(logs).toEqual(['at 1', 'at 2'])
  })

  it.skipIf(isStateless)('asks in the middle of a call', async () => {
    expect(await client.tools['greet']?.()).toBe('{"hello":"Ada for Your name?"}')
    expect(await client.tools['think']?.()).toBe('{"model":"test-model","roots":["file:///work"]}')
    const both = await Promise.all(['me', 'you'].map(async (who) => client.tools['greetApart']?.({ who })))
    expect(both).toEqual(['{"me":"Ada for Name of me?"}', '{"you":"Ada for Name of you?"}'])
  })

  it('sends a person to a page and calls again', async () => {
    const asked = await client.tools['pay']?.()
    expect(asked).toBe('"thanks"')
  })

  it.skipIf(isStateless)('tells a subscription of changes', async () => {
    await using changes = await client.listen({ toolsListChanged: true, resourceSubscriptions: ['old://motto'] })
    expect(changes.filter).toEqual({ toolsListChanged: true, resourceSubscriptions: ['old://motto'] })
    const seen = changes[Symbol.asyncIterator]()
    await client.call('touch', { uri: 'old://motto' })
    expect((await seen.next()).value).toEqual({ kind: 'resource', uri: 'old://motto' })
    await client.call('grow')
    expect((await seen.next()).value).toEqual({ kind: 'tools' })
  })

  it.skipIf(isStateless)('is told that a call is given up', async () => {
    const before = await client.tools['aborted']?.()
    await expect(client.call('hang', {}, { timeout: 100 })).rejects.toMatchObject({ code: 'timeout' })
    await expect.poll(() => client.tools['aborted']?.()).not.toBe(before)
  })

  it.skipIf(isStateless)('is not asked for what a client without answers would have to give', async () => {
    await using plain = await place.connect()
    expect(await plain.tools['add']?.({ a: 1, b: 2 })).toEqual({ sum: 3 })
    await expect(plain.tools['greet']?.()).rejects.toThrow()
  })
})

describe('a session over HTTP', () => {
  it('is opened again when the server has forgotten it, and the call is sent once more', async () => {
    await using host = await hostSessions()
    await using client = await connect(host.url)
    expect(await client.tools['add']?.({ a: 1, b: 2 })).toEqual({ sum: 3 })
    host.forget()
    const both = await Promise.all([1, 2].map(async (a) => client.tools['add']?.({ a, b: 0 })))
    expect(both).toEqual([{ sum: 1 }, { sum: 2 }])
  })

  it('lets a stream be taken up where it broke off', async () => {
    await using host = await hostSessions({ eventStore: createEventStore(), retryInterval: 100 })
    await using client = await connect(host.url)
    const progress: number[] = []
    const result = await client.call('leave', {}, { onProgress: (report) => progress.push(report.progress) })
    expect(result.content).toEqual([{ type: 'text', text: '"left"' }])
    expect(progress).toEqual([1])
    expect(host.seen.filter((line) => line.startsWith('GET'))).toHaveLength(1)
  })

  it('is ended when the client is closed, and has no stream of its own that nobody needs', async () => {
    await using host = await hostSessions()
    const client = await connect(host.url)
    await client.listTools()
    await client.close()
    expect(host.seen.filter((line) => line.startsWith('GET'))).toEqual([])
    expect(host.seen.at(-1)).toBe('DELETE /mcp')
  })

  it('is ended over HTTP+SSE with its stream, and opened again by the next call', async () => {
    await using host = await hostSse()
    await using client = await connect(host.url)
    const hanging = client.call('hang')
    await client.listTools()
    host.forget()
    await expect(hanging).rejects.toMatchObject({ code: 'disconnected' })
    expect(await client.tools['add']?.({ a: 1, b: 2 })).toEqual({ sum: 3 })
  })
})

describe('a program that ends', () => {
  it('loses the call at hand, is started again by the next one, and is greeted at once', async () => {
    await using client = await connect(start())
    await expect(client.call('die')).rejects.toMatchObject({ code: 'disconnected', cause: { exitCode: 3 } })
    expect(await client.tools['add']?.({ a: 1, b: 2 })).toEqual({ sum: 3 })
  })
})

describe('a Worker', () => {
  const startWorker = async (): Promise<Miniflare> => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, 'old-sdk/worker.ts')],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2024',
      conditions: ['hawser-source', 'workerd', 'worker', 'browser'],
    })
    return new Miniflare({
      modules: true,
      script: outputFiles.map(({ text }) => text).join(''),
      compatibilityDate: '2026-06-11',
    })
  }

  it.each([
    ['Streamable HTTP', hostSessions],
    ['HTTP+SSE', hostSse],
  ])('uses such servers over %s', async (transport, open) => {
    await using host = await open()
    const worker = await startWorker()
    try {
      const response = await worker.dispatchFetch('http://worker/', { method: 'POST', body: host.url })
      expect(await response.json()).toEqual({ protocolVersion: '2025-11-25', transport, said: '{"hello":"Ada"}' })
    } finally {
      await worker.dispose()
    }
  })
})
