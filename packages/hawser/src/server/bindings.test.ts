import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { mcp } from '../mcp.ts'
import { connect } from '../testing/index.ts'

interface Env {
  readonly DB: { readonly count: () => number }
  readonly MAIL: { readonly send: (text: string) => void }
  readonly SECRET: string
}

const env: Env = { DB: { count: () => 3 }, MAIL: { send: () => {} }, SECRET: 'hush' }

describe('the bindings of an item', () => {
  const log = vi.fn<(entry: { readonly message: string }) => void>()
  const notes = mcp({ name: 'notes', version: '1.0.0', log, context: () => ({ greeting: 'Hello' }) })
  const { tool } = notes.bindings<Env>()
  const seen: object[] = []
  const count = tool({
    description: 'Count.',
    effect: 'read',
    bindings: ['DB'],
    run: (_, { bindings, greeting, principal }) => {
      expectTypeOf(bindings).toEqualTypeOf<Readonly<Pick<Env, 'DB'>>>()
      expectTypeOf(greeting).toEqualTypeOf<string>()
      seen.push(bindings)
      return `${greeting} ${principal?.subject}: ${bindings.DB.count()}`
    },
  })
  const plain = notes.tool({
    description: 'Look.',
    effect: 'read',
    run: (_, context) => JSON.stringify(['bindings' in context, 'env' in context]),
  })
  const server = notes.server({ tools: { count, plain } })

  it('are all that its handler is given of the environment', async () => {
    await using client = await connect(server, { env, as: { subject: 'ada' } })
    expect(await client.tools.count()).toBe('Hello ada: 3')
    expect(Object.entries(seen[0] ?? {})).toEqual([['DB', env.DB]])
    expect(() => Object.assign(seen[0] ?? {}, { SECRET: 'x' })).toThrow(TypeError)
    expect(await client.tools.plain()).toBe('[false,false]')
  })

  it('are given to resources and prompts that name them, wherever their handlers run', async () => {
    const { resource, prompt } = notes.bindings<Env>()
    const has = (context: object, value: { readonly count: () => number }): string =>
      `${String('env' in context)} ${value.count()}`
    const page = resource({
      uri: 'notes://{id}',
      bindings: ['DB'],
      read: ({ id }, context) => {
        expectTypeOf(context.bindings).toEqualTypeOf<Readonly<Pick<Env, 'DB'>>>()
        return `${id} ${has(context, context.bindings.DB)}`
      },
      list: ({ bindings }) => [{ uri: `notes://${bindings.DB.count()}`, name: 'one' }],
      complete: { id: (_, { bindings }) => [String(bindings.DB.count())] },
    })
    const review = prompt({
      description: 'Review.',
      bindings: ['DB'],
      render: (_, context) => has(context, context.bindings.DB),
    })
    const offered = notes.server({ resources: { page }, prompts: { review } })
    await using client = await connect(offered, { env })
    expect(await client.read('notes://a')).toMatchObject({ contents: [{ text: 'a false 3' }] })
    expect((await client.request('resources/list', {})).resources).toMatchObject([{ uri: 'notes://3' }])
    const ref = { type: 'ref/resource', uri: 'notes://{id}' } as const
    const completed = await client.request('completion/complete', { ref, argument: { name: 'id', value: '' } })
    expect(completed.completion.values).toEqual(['3'])
    expect(await client.request('prompts/get', { name: 'review' })).toMatchObject({
      messages: [{ content: { text: 'false 3' } }],
    })
    // @ts-expect-error: there is no such binding
    resource({ uri: 'kv://a', bindings: ['KV'], read: () => 'x' })
    // @ts-expect-error: it did not say that it uses it
    prompt({ description: 'd', bindings: ['DB'], render: (_, { bindings }) => bindings.MAIL })
  })

  it('have to be there when it is called', async () => {
    await using client = await connect(server, { env: { MAIL: env.MAIL } })
    await expect(client.tools.count()).rejects.toThrow(/^Internal error/)
    expect(log.mock.lastCall?.[0].message).toBe(
      '"count" needs the binding DB, which is not in the `env` of this request.',
    )
  })

  it('are names of the environment', () => {
    // @ts-expect-error: there is no such binding
    tool({ description: 'd', effect: 'read', bindings: ['KV'], run: () => 'x' })
    // @ts-expect-error: it did not say that it uses it
    tool({ description: 'd', effect: 'read', bindings: ['DB'], run: (_, { bindings }) => bindings.SECRET })
  })
})
