import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Client, connect, type Subscription } from '../../index.ts'
import { hubOf } from './topic.ts'
import type { UpgradeResponse } from '../runtime.ts'
import { bundle, COMPATIBILITY, startWorkers } from '../fixtures/start-workers.ts'

type Filter = Parameters<Client['listen']>[0]

interface Namespace {
  readonly idFromName: (name: string) => object
  readonly get: (id: object) => { readonly fetch: (url: string, init: object) => Promise<UpgradeResponse> }
}

/** Two Workers that share the objects of the first, and one whose objects have room for three. */
describe('durableChanges', () => {
  let miniflare: Miniflare
  let one: Client
  let two: Client
  let small: Client

  beforeAll(async () => {
    const script = await bundle('changes-worker.ts')
    const serve = (name: string, className: string, scriptName?: string) =>
      ({
        name,
        modules: true,
        script,
        ...COMPATIBILITY,
        durableObjects: { HAWSER: { className, scriptName, useSQLite: true } },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      }) as const
    const workers = [serve('one', 'HawserObject'), serve('two', 'HawserObject', 'one'), serve('small', 'SmallObject')]
    ;({ miniflare } = await startWorkers({ workers }))
    one = await open('one')
    two = await open('two')
    small = await open('small')
  })
  afterAll(async () => {
    await Promise.all([one?.close(), two?.close(), small?.close()])
    await miniflare?.dispose()
  })

  const open = async (name: string, as?: string): Promise<Client> =>
    connect(new URL('/mcp', await miniflare.unsafeGetDirectURL(name)), {
      http: { headers: as === undefined ? {} : { authorization: `Bearer ${as}` } },
    })

  interface Heard extends AsyncDisposable {
    readonly changes: readonly string[]
    readonly subscription: Subscription
  }
  const hear = async (client: Client, filter: Filter): Promise<Heard> => {
    const changes: string[] = []
    const subscription = await client.listen(filter, {
      reconnect: 0,
      onChange: (change) => void changes.push(change.kind === 'resource' ? change.uri : change.kind),
    })
    return { changes, subscription, [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]() }
  }
  const publish = (client: Client, what: object): Promise<unknown> => client.call('post', { uris: [], ...what })
  const evict = (hub: string, webSockets: 'close' | 'hibernate'): Promise<void> =>
    miniflare.unsafeEvictDurableObject('one', 'HawserObject', { name: `changes:${hub}`, webSockets })

  it('tells what was published in another instance to those who want it', async () => {
    await using lists = await hear(one, { toolsListChanged: true })
    await using notices = await hear(one, { resourceSubscriptions: ['board://1', 'board://2'] })
    await publish(two, { uris: ['board://2', 'board://3'], lists: true })
    await publish(two, { uris: ['board://1'] })
    await vi.waitFor(() => expect(notices.changes).toEqual(['board://2', 'board://1']))
    expect(lists.changes).toEqual(['tools'])
  })

  it('tells what is for one person to that person alone', async () => {
    await using ada = await open('one', 'ada')
    await using ada2 = await open('two', 'ada')
    await using eve = await open('one', 'eve')
    const filter = { toolsListChanged: true, resourceSubscriptions: ['board://1'] }
    const hearing = await Promise.all([ada, ada2, eve, one].map((client) => hear(client, filter)))
    await publish(ada2, { uris: ['board://1'], lists: true, mine: true })
    await publish(one, { uris: ['board://1'], mine: true })
    await publish(two, { lists: true })
    const personal = ['board://1', 'tools', 'tools']
    await vi.waitFor(() =>
      expect(hearing.map(({ changes }) => changes.toSorted())).toEqual([
        personal,
        personal,
        ['tools'],
        ['board://1', 'tools'],
      ]),
    )
    for (const { subscription } of hearing) subscription.close()
  })

  it('tells its own instance as well, and what nobody waited for', async () => {
    await using lists = await hear(one, { toolsListChanged: true })
    await one.call('leave')
    await vi.waitFor(() => expect(lists.changes).toEqual(['tools']))
  })

  it('tells the same thing once when it is published in a burst', async () => {
    await using lists = await hear(one, { toolsListChanged: true, resourcesListChanged: true })
    await publish(two, { lists: true, times: 50 })
    await publish(two, { lists: true })
    await vi.waitFor(() => expect(lists.changes.length).toBeGreaterThanOrEqual(4))
    expect(lists.changes.length).toBeLessThan(40)
  })

  it('reaches 500 listeners', async () => {
    const all = await Promise.all(Array.from({ length: 500 }, () => hear(one, { toolsListChanged: true })))
    await publish(two, { lists: true })
    await vi.waitFor(() => expect(all.filter(({ changes }) => changes[0] === 'tools')).toHaveLength(500), 10_000)
    for (const { subscription } of all) subscription.close()
  })

  it('keeps its listeners while it is not in memory', async () => {
    await using lists = await hear(one, { toolsListChanged: true })
    await using notices = await hear(one, { resourceSubscriptions: ['board://1'] })
    await evict('/lists', 'hibernate')
    await publish(two, { lists: true, uris: ['board://1'] })
    await vi.waitFor(() => expect([lists.changes, notices.changes]).toEqual([['tools'], ['board://1']]))
  })

  it('answers signs of life after it was not in memory', async () => {
    // Its types want those of the whole runtime.
    const objects = (await miniflare.getDurableObjectNamespace('HAWSER', 'one')) as unknown as Namespace
    const hub = objects.get(objects.idFromName('changes:alone/lists'))
    const { webSocket } = await hub.fetch('https://hawser.invalid/', { headers: { upgrade: 'websocket' } })
    if (!webSocket) throw new Error('There is no socket.')
    const said: unknown[] = []
    webSocket.addEventListener('message', (event) => void said.push((event as MessageEvent).data))
    webSocket.accept()
    webSocket.send('[1]')
    await vi.waitFor(() => expect(said).toEqual(['ready']))
    await evict('alone/lists', 'hibernate')
    webSocket.send('ping')
    await vi.waitFor(() => expect(said).toEqual(['ready', 'pong']))
    webSocket.close()
  })

  it('tells that anything may have changed after a connection was lost', async () => {
    await using all = await hear(one, { toolsListChanged: true, resourceSubscriptions: ['board://1', 'board://9'] })
    await evict('/lists', 'close')
    await vi.waitFor(() => expect(all.changes).toEqual(['tools']))
    await publish(two, { lists: true })
    await vi.waitFor(() => expect(all.changes).toEqual(['tools', 'tools']))
    const hubs = ['board://1', 'board://9'].map((uri) => hubOf('', { kind: 'resource', uri }))
    for (const hub of new Set(hubs)) await evict(hub, 'close')
    await vi.waitFor(() => expect(all.changes.toSorted()).toEqual(['board://1', 'board://9', 'tools', 'tools']))
  })

  it('goes on beside a listener that never reads', async () => {
    const url = new URL('/mcp', await miniflare.unsafeGetDirectURL('one'))
    const leaving = new AbortController()
    const deaf = await fetch(url, {
      method: 'POST',
      signal: leaving.signal,
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'subscriptions/listen',
        params: {
          notifications: { resourceSubscriptions: Array.from({ length: 200 }, (_, at) => `board://${at}`) },
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
    })
    expect(deaf.status).toBe(200)
    await using notices = await hear(one, { resourceSubscriptions: ['board://7'] })
    const uris = Array.from({ length: 200 }, (_, at) => `board://${at}`)
    for (let round = 0; round < 20; round++) await publish(two, { uris })
    await vi.waitFor(() => expect(notices.changes.length).toBeGreaterThan(0))
    leaving.abort()
  })

  it('refuses listeners beyond those that a hub has room for', async () => {
    const filter = { toolsListChanged: true }
    const heard = await Promise.all([hear(small, filter), hear(small, filter), hear(small, filter)])
    await expect(hear(small, filter)).rejects.toMatchObject({ code: 'unavailable' })
    heard[0]?.subscription.close()
    await vi.waitFor(async () => {
      const again = await hear(small, filter)
      again.subscription.close()
    })
    for (const { subscription } of heard) subscription.close()
  })
})
