import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { mcp, needs } from './index.ts'

interface Db {
  readonly find: (words: string) => readonly string[]
}

const kit = mcp({
  name: 'notes',
  version: '1.0.0',
  scopes: { 'notes:read': 'Read your notes', 'notes:write': { title: 'Change your notes', implies: ['notes:read'] } },
  context: ({ principal }) => ({ db: { find: (words: string) => [words, principal?.subject ?? 'nobody'] } }),
})
const read = { description: 'Reads.', effect: 'read' } as const

describe('what the compiler knows of a tool', () => {
  it('is its input, from every schema library', () => {
    kit.tool({
      ...read,
      input: z.object({ query: z.string(), limit: z.number().default(10) }),
      run: (input) => {
        expectTypeOf(input).toEqualTypeOf<{ query: string; limit: number }>()
        return ''
      },
    })
    kit.tool({
      ...read,
      input: type({ query: 'string', 'limit?': 'number' }),
      run: (input) => {
        expectTypeOf(input).toEqualTypeOf<{ query: string; limit?: number }>()
        return ''
      },
    })
    kit.tool({
      ...read,
      input: toStandardJsonSchema(v.object({ query: v.string() })),
      run: (input) => {
        expectTypeOf(input).toEqualTypeOf<{ query: string }>()
        return ''
      },
    })
  })

  it('is its context, beside what every handler has', () => {
    kit.tool({
      ...read,
      run: async (_, { db, ask, once, signal, progress, principal }) => {
        expectTypeOf(db.find).returns.toEqualTypeOf<string[]>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        expectTypeOf(principal?.subject).toEqualTypeOf<string | undefined>()
        const { keep } = await ask('keep', { message: 'Keep?', answer: z.object({ keep: z.boolean() }) })
        expectTypeOf(keep).toEqualTypeOf<boolean>()
        expectTypeOf(await once('n', () => 1)).toEqualTypeOf<number>()
        progress(1)
        return ''
      },
    })
  })

  it('refuses what cannot work', () => {
    const output = z.object({ n: z.number() })
    // @ts-expect-error the output has another shape
    kit.tool({ ...read, output, run: () => ({ n: 'no' }) })
    // @ts-expect-error nothing is returned though an output is promised
    kit.tool({ ...read, output, run: () => {} })
    // @ts-expect-error a promise of another shape
    kit.tool({ ...read, output, run: async () => ({ m: 1 }) })
    // @ts-expect-error data without an output
    kit.tool({ ...read, run: () => ({ n: 1 }) })
    // @ts-expect-error an undeclared scope
    kit.tool({ ...read, scopes: ['notes:admin'], run: () => '' })
    // @ts-expect-error no effect
    kit.tool({ description: 'd', run: () => '' })
    // @ts-expect-error no description
    kit.tool({ effect: 'read', run: () => '' })
    // @ts-expect-error destroying without a word on confirmation
    kit.tool({ description: 'd', effect: 'destroy', run: () => '' })
    // @ts-expect-error an answer has no such field
    kit.tool({ ...read, run: async (_, { ask }) => (await ask('k', { message: '', answer: output })).m })
    // @ts-expect-error the context has no such member
    kit.tool({ ...read, run: (_, { cache }) => String(cache) })
    // @ts-expect-error a scope that implies one that is not declared
    mcp({ name: 'n', version: '1', scopes: { a: { title: 'A', implies: ['b'] } } })
    kit.tool({ description: 'd', effect: 'destroy', confirm: false, run: () => '' })
    kit.tool({
      description: 'd',
      effect: 'destroy',
      input: output,
      confirm: ({ n }) => `Delete ${n.toFixed()}?`,
      run: () => '',
    })
  })
})

describe('what the compiler knows of a resource', () => {
  it('is the variables of its template', () => {
    kit.resource({
      uri: 'notes://{id}{?format}',
      complete: { id: ['1'], format: (typed, { arguments: args }) => [typed, args['id'] ?? ''] },
      read: (variables, { db }) => {
        expectTypeOf(variables).toEqualTypeOf<{ id: string; format?: string }>()
        return db.find(variables.id).join()
      },
    })
    // @ts-expect-error no such variable
    kit.resource({ uri: 'notes://{id}', read: ({ idd }) => idd })
    // @ts-expect-error completes no such variable
    kit.resource({ uri: 'notes://{id}', complete: { idd: ['1'] }, read: ({ id }) => id })
    // @ts-expect-error neither text nor bytes
    kit.resource({ uri: 'notes://{id}', read: () => 1 })
  })
})

describe('what the compiler knows of a prompt', () => {
  it('is its arguments', () => {
    kit.prompt({
      description: 'd',
      args: z.object({ id: z.string() }),
      render: (args) => {
        expectTypeOf(args).toEqualTypeOf<{ id: string }>()
        return args.id
      },
    })
    // @ts-expect-error no such argument
    kit.prompt({ description: 'd', args: z.object({ id: z.string() }), render: ({ name }) => name })
  })
})

describe('needs', () => {
  const { tool, resource } = needs<{ db: Db }>()
  const search = tool({
    ...read,
    input: z.object({ q: z.string() }),
    run: ({ q }, { db }) => {
      expectTypeOf(db).toEqualTypeOf<Db>()
      return db.find(q).join()
    },
  })
  const found = resource({ uri: 'found://{q}', read: ({ q }, { db }) => db.find(q).join() })

  it('fits a server whose context supplies it', () => {
    expect(kit.server({ tools: { search }, resources: { found } }).capabilities).toEqual({ tools: {}, resources: {} })
  })

  it('does not fit a server whose context does not', () => {
    const poor = mcp({ name: 'poor', version: '1', context: () => ({ other: 1 }) })
    // @ts-expect-error the context has no db
    poor.server({ tools: { search } })
    // @ts-expect-error the context has no db
    mcp({ name: 'bare', version: '1' }).server({ resources: { found } })
  })

  it('cannot demand scopes that it does not name', () => {
    // @ts-expect-error an undeclared scope
    tool({ ...read, scopes: ['notes:read'], run: () => '' })
    needs<object, 'notes:read'>().tool({ ...read, scopes: ['notes:read'], run: () => '' })
  })
})

describe('a server', () => {
  it('answers fetch, as Workers expect of a default export', async () => {
    const server = kit.server({ tools: { hello: kit.tool({ ...read, run: () => 'hello' }) } })
    const response = await server.fetch(
      new Request('https://notes.example.com/mcp', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/call',
          'mcp-name': 'hello',
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: {
            name: 'hello',
            _meta: {
              'io.modelcontextprotocol/protocolVersion': '2026-07-28',
              'io.modelcontextprotocol/clientCapabilities': {},
            },
          },
        }),
      }),
    )
    expect(await response.json()).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        resultType: 'complete',
        content: [{ type: 'text', text: 'hello' }],
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'notes', version: '1.0.0' } },
      },
    })
  })

  it('takes nothing but tools for its tools', () => {
    const hello = kit.tool({ ...read, run: () => 'hello' })
    // @ts-expect-error a prompt is no tool
    expect(() => kit.server({ tools: { p: kit.prompt({ description: 'd', render: () => '' }) } })).toThrow('"p"')
    // @ts-expect-error a tool is no resource
    expect(() => kit.server({ resources: { hello } })).toThrow('"hello"')
  })
})
