import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { mcp } from '../mcp.ts'
import { connect } from '../testing/index.ts'

interface Env {
  readonly DB: { readonly count: () => number }
  readonly MAIL: { readonly send: (text: string) => void }
  readonly SECRET: string
}

const env: Env = { DB: { count: () => 3 }, MAIL: { send: () => {} }, SECRET: 'hush' }

describe('the bindings of a tool', () => {
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

  it('have to be there when it is called', async () => {
    await using client = await connect(server, { env: { MAIL: env.MAIL } })
    await expect(client.tools.count()).rejects.toThrow(/^Internal error/)
    expect(log.mock.lastCall?.[0].message).toBe(
      'Tool "count" needs the binding DB, which is not in the `env` of this request.',
    )
  })

  it('are names of the environment', () => {
    // @ts-expect-error: there is no such binding
    tool({ description: 'd', effect: 'read', bindings: ['KV'], run: () => 'x' })
    // @ts-expect-error: it did not say that it uses it
    tool({ description: 'd', effect: 'read', bindings: ['DB'], run: (_, { bindings }) => bindings.SECRET })
  })
})
