import { describe, expect, it } from 'vitest'
import type { GrantStore } from './store.ts'
import { STORES } from './fixtures/stores.ts'
import { basic, CALLBACK, createWorld, getCode, post, redeem, type Answer, type World } from './fixtures/world.ts'

const SECRET = 'the web application has a secret too'
const LIMIT = 60
const tooMany = { status: 429, body: { error: 'temporarily_unavailable' } }
const wrong = { status: 401, body: { error: 'invalid_client' } }

describe.each(STORES)('clients that fail to prove themselves, counted in %s', (_, createStore) => {
  const create = (): World & { readonly from: { address: string | undefined }; readonly hits: string[] } => {
    const from = { address: '203.0.113.7' as string | undefined }
    const hits: string[] = []
    const inner = createStore()
    const store: GrantStore = {
      ...inner,
      hit: (bucket, ...rest) => {
        hits.push(bucket)
        return inner.hit(bucket, ...rest)
      },
    }
    const world = createWorld({
      store,
      clients: [
        { clientId: 'app', name: 'App', redirectUris: [CALLBACK] },
        { clientId: 'web', name: 'Web', redirectUris: [CALLBACK], secret: SECRET },
      ],
      clientAddress: () => from.address,
    })
    return { ...world, from, hits }
  }
  const attempt = ({ oauth }: World, path: string, id = 'web', secret = 'wrong'): Promise<Answer> =>
    post(oauth, path, { client_id: undefined, grant_type: 'refresh_token', token: 'x' }, basic(id, secret))
  const fail = async (world: World, times: number, path = '/token', id?: string) => {
    for (let n = 0; n < times; n++) expect(await attempt(world, path, id)).toMatchObject(wrong)
  }

  it.each(['/token', '/revoke', '/introspect'])(
    'are turned away by their address at %s, for a minute',
    async (path) => {
      const world = create()
      await fail(world, LIMIT, path, 'nobody')
      const answer = await attempt(world, path, 'nobody')
      expect(answer).toMatchObject(tooMany)
      expect(answer.headers.get('retry-after')).toBe('60')
      // Whoever comes from there, wherever, and with what.
      const told = world.events.length
      const counted = world.hits.length
      for (const other of ['/token', '/revoke', '/introspect'])
        expect(await attempt(world, other)).toMatchObject(tooMany)
      expect(await attempt(world, '/revoke', 'web', SECRET)).toMatchObject(tooMany)
      expect([world.events.length, world.hits.length]).toEqual([told, counted])
      expect(world.events.at(-1)).toMatchObject({ type: 'client.refused', reason: 'limited' })
      world.from.address = '203.0.113.8'
      expect((await attempt(world, '/revoke', 'web', SECRET)).status).toBe(200)
      world.from.address = '203.0.113.7'
      world.clock.now += 60_000
      expect((await attempt(world, '/revoke', 'web', SECRET)).status).toBe(200)
    },
  )

  it('are not in the way of the client whose name they use', async () => {
    const world = create()
    world.from.address = undefined
    await fail(world, LIMIT)
    expect(await attempt(world, '/token')).toMatchObject(tooMany)
    const told = world.events.length
    expect(await attempt(world, '/token')).toMatchObject(tooMany)
    expect(world.events).toHaveLength(told)
    expect((await attempt(world, '/revoke', 'web', SECRET)).status).toBe(200)
    expect((await redeem(world.oauth, await getCode(world.oauth))).status).toBe(200)
  })

  it('take no place in the store under names that they make up', async () => {
    const world = create()
    world.from.address = undefined
    for (let n = 0; n < LIMIT + 5; n++) expect(await attempt(world, '/token', `nobody ${n}`)).toMatchObject(wrong)
    expect(world.hits).toEqual([])
  })

  it('are none where they prove themselves', async () => {
    const world = create()
    for (let n = 0; n < LIMIT + 5; n++) expect((await attempt(world, '/revoke', 'web', SECRET)).status).toBe(200)
    expect(world.hits).toEqual([])
  })
})
