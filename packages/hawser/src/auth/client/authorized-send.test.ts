import { describe, expect, it } from 'vitest'
import { connect } from '../../connect.ts'
import { connect as connectPresent } from '../../present.ts'
import { createWorld, SERVER } from './fixtures/world.ts'
import { signIn } from './index.ts'

describe.each([
  ['of every revision', connect],
  ['of the present alone', connectPresent],
])('a client %s', (_what, connectBy) => {
  it('signs in once, around whatever it sends with', async () => {
    const world = createWorld()
    const auth = signIn({ ask: world.ask, fetch: world.fetch })
    let wrapped = 0
    const counting: typeof auth = { ...auth, authorize: (send, server) => (wrapped++, auth.authorize(send, server)) }
    await using client = await connectBy(SERVER, { http: { auth: counting, fetch: world.send } })
    expect(await client.listTools()).toHaveLength(2)
    expect(wrapped).toBe(1)
    expect(world.pages).toHaveLength(1)
    // The refused request and the one that was sent again say the same.
    const [first, second] = world.sentTo('/mcp')
    expect(second?.body).toBe(first?.body)
  })
})

describe('a client', () => {
  it('whose call is aborted leaves at once, and finds the tokens with the next one', async () => {
    const world = createWorld()
    const asked = Promise.withResolvers<() => void>()
    const ask = {
      open: async () => ({
        redirectUri: 'http://127.0.0.1:9876/callback',
        visit: (page: URL) =>
          new Promise<URL>((resolve) => {
            asked.resolve(() => resolve(world.visit(page)))
          }),
        close: () => {},
      }),
    }
    await using client = await connect(SERVER, {
      http: { auth: signIn({ ask, fetch: world.fetch }), fetch: world.send },
    })
    const leaving = new AbortController()
    const call = client.call('search', {}, { signal: leaving.signal })
    const outcome = call.catch((error: unknown) => error)
    const agree = await asked.promise
    leaving.abort()
    expect(await outcome).toMatchObject({ code: 'aborted' })
    agree()
    await client.listTools()
    expect(world.pages).toHaveLength(1)
  })
})
