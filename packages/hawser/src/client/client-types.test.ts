import { describe, expect, expectTypeOf, it } from 'vitest'
import { connect } from '../connect.ts'
import type { CallToolResult, PromptMessage } from '../protocol/index.ts'
import type { Client } from './client-types.ts'
import type { server } from './fixtures/notes.ts'
import { server as notes } from './fixtures/notes.ts'
import type { CallOptions } from './request.ts'

type Notes = Client<typeof server>

describe('a client of a known server', () => {
  it('has the tools of the server, with their inputs and outputs', () => {
    expectTypeOf<Parameters<Notes['tools']['search']>>().toEqualTypeOf<
      [input: { query: string; limit?: number | undefined }, options?: CallOptions]
    >()
    expectTypeOf<ReturnType<Notes['tools']['search']>>().toEqualTypeOf<Promise<{ hits: string[] }>>()
    expectTypeOf<Parameters<Notes['tools']['count']>[0]>().toEqualTypeOf<{ tag?: string | undefined } | undefined>()
    expectTypeOf<ReturnType<Notes['tools']['count']>>().toEqualTypeOf<Promise<{ count: number }>>()
    expectTypeOf<Parameters<Notes['tools']['rename']>[0]>().toEqualTypeOf<{ id: string; to: string }>()
    expectTypeOf<ReturnType<Notes['tools']['rename']>>().toEqualTypeOf<Promise<{ renamed: boolean }>>()
    expectTypeOf<ReturnType<Notes['tools']['wipe']>>().toEqualTypeOf<Promise<string>>()
    expectTypeOf<keyof Notes['tools']>().toEqualTypeOf<
      'search' | 'count' | 'rename' | 'wipe' | 'draw' | 'connectAccount' | 'crash'
    >()
  })

  it('has the resources with the variables of their URIs, and the prompts with their arguments', () => {
    expectTypeOf<Parameters<Notes['resources']['note']>[0]>().toEqualTypeOf<{ id: string; format?: string }>()
    expectTypeOf<Notes['resources']['index']>().toBeCallableWith()
    expectTypeOf<ReturnType<Notes['resources']['index']>>().toEqualTypeOf<Promise<string | Uint8Array>>()
    expectTypeOf<Parameters<Notes['prompts']['review']>[0]>().toEqualTypeOf<{ id: string }>()
    expectTypeOf<ReturnType<Notes['prompts']['review']>>().toEqualTypeOf<Promise<readonly PromptMessage[]>>()
  })

  it('refuses wrong input, unknown names and missing variables when it is compiled', () => {
    const misuse = (client: Notes): unknown[] => [
      // @ts-expect-error a query is text
      client.tools.search({ query: 7 }),
      // @ts-expect-error a query is required
      client.tools.search({}),
      // @ts-expect-error a query is required
      client.tools.search(),
      // @ts-expect-error no such argument
      client.tools.search({ query: 'tide', colour: 'blue' }),
      // @ts-expect-error no such tool
      client.tools.serach({ query: 'tide' }),
      // @ts-expect-error an id is required
      client.resources.note({ format: 'md' }),
      // @ts-expect-error no such variable
      client.resources.note({ id: 'tide', size: '1' }),
      // @ts-expect-error no variables at all
      client.resources.index({ id: 'tide' }),
      // @ts-expect-error no such resource
      client.resources.notes({ id: 'tide' }),
      // @ts-expect-error an id is required
      client.prompts.review({}),
      // @ts-expect-error no such prompt
      client.prompts.reviews({ id: 'tide' }),
    ]
    expect(misuse).toBeTypeOf('function')
  })

  it('takes the type from a value, from a type argument and from a module with a default export', () => {
    expectTypeOf(connect(notes)).resolves.toEqualTypeOf<Notes>()
    expectTypeOf(connect<typeof server>('https://notes.example.com/mcp')).resolves.toEqualTypeOf<Notes>()
    expectTypeOf<Client<{ default: typeof server }>['tools']>().toEqualTypeOf<Notes['tools']>()
  })

  it('stands where a client of an unknown server is taken', () => {
    expectTypeOf<Notes>().toExtend<Client>()
  })

  it('has nothing where the server has nothing', () => {
    expectTypeOf<
      keyof Client<{ '~parts'?: { tools: {}; resources: {}; prompts: {} } }>['tools']
    >().toEqualTypeOf<never>()
  })
})

describe('a client of an unknown server', () => {
  it('takes every name with every input', () => {
    expectTypeOf<Parameters<Client['tools'][string]>[0]>().toEqualTypeOf<Record<string, unknown> | undefined>()
    expectTypeOf<ReturnType<Client['tools'][string]>>().toEqualTypeOf<Promise<unknown>>()
    expectTypeOf<ReturnType<Client['resources'][string]>>().toEqualTypeOf<Promise<string | Uint8Array>>()
    expectTypeOf<ReturnType<Client['call']>>().toEqualTypeOf<Promise<CallToolResult>>()
  })
})
