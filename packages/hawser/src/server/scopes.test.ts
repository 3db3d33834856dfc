import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Principal } from '../call/index.ts'
import { createServer } from './create-server.ts'
import { definers } from './definitions.ts'
import { callServer, complete } from './fixtures/call-server.ts'
import { compileCatalogue } from './scopes.ts'

const { tool, resource, prompt } = definers
const holder = (...scopes: string[]): Principal => ({ subject: 'ada', scopes: new Set(scopes) })
const server = createServer(
  {
    name: 'n',
    version: '1',
    scopes: {
      read: 'Read',
      write: { title: 'Write', implies: ['read'] },
      admin: { title: 'All', implies: ['write'] },
      other: 'Other',
    },
  },
  {
    tools: {
      both: tool({ description: 'd', effect: 'write', scopes: ['write', 'other'], run: () => 'ran' }),
      open: tool({ description: 'd', effect: 'read', run: () => 'ran' }),
    },
    resources: {
      r: resource({
        uri: 'r://{id}',
        scopes: ['read'],
        list: () => [{ uri: 'r://1', name: '1' }],
        complete: { id: ['1'] },
        read: () => 'secret',
      }),
    },
    prompts: {
      p: prompt({ description: 'p', scopes: ['read'], args: z.object({ a: z.enum(['x']) }), render: () => 'secret' }),
    },
  },
)

describe('scopes', () => {
  it.each([[holder('write', 'other')], [holder('admin', 'other')]])(
    'let a caller in who holds them, or what implies them',
    async (principal) => {
      expect(await complete(server, 'tools/call', { name: 'both' }, { principal })).toMatchObject({
        content: [{ text: 'ran' }],
      })
    },
  )

  // spec: tools-access, cache-access
  it('name all that a call takes at once, and what is held of it as it is held', async () => {
    await expect(
      callServer(server, 'tools/call', { name: 'both' }, { principal: holder('read') }),
    ).rejects.toMatchObject({ code: 'insufficient_scope', scopes: ['write', 'other'] })
    await expect(
      callServer(server, 'tools/call', { name: 'both' }, { principal: holder('admin') }),
    ).rejects.toMatchObject({ message: 'Permission missing: other.', scopes: ['admin', 'other'] })
    await expect(callServer(server, 'tools/call', { name: 'both' })).rejects.toMatchObject({
      code: 'missing_token',
      scopes: ['write', 'other'],
    })
  })

  // spec: resource-access, prompt-input-checked, completion-access, completion-disclosure
  it.each([
    ['resources/read', { uri: 'r://1' }],
    ['prompts/get', { name: 'p', arguments: { a: 'x' } }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: '' } }],
    ['completion/complete', { ref: { type: 'ref/resource', uri: 'r://{id}' }, argument: { name: 'id', value: '' } }],
  ] as const)('are checked on %s', async (method, params) => {
    await expect(callServer(server, method, params as never, { principal: holder('other') })).rejects.toMatchObject({
      code: 'insufficient_scope',
      scopes: ['read'],
    })
    await expect(callServer(server, method, params as never, { principal: holder('write') })).resolves.toBeDefined()
  })

  it('keep members out of the list of those who may not read them', async () => {
    expect((await complete(server, 'resources/list', {}, { principal: holder('other') })).resources).toEqual([])
    expect((await complete(server, 'resources/list', {}, { principal: holder('read') })).resources).toHaveLength(1)
  })

  it('do not concern tools that need none', async () => {
    expect(await complete(server, 'tools/call', { name: 'open' })).toMatchObject({ content: [{ text: 'ran' }] })
  })

  it('may imply each other in a circle', async () => {
    const circle = createServer(
      { name: 'n', version: '1', scopes: { a: { title: 'A', implies: ['b'] }, b: { title: 'B', implies: ['a'] } } },
      { tools: { t: tool({ description: 'd', effect: 'read', scopes: ['a'], run: () => 'ran' }) } },
    )
    expect(await complete(circle, 'tools/call', { name: 't' }, { principal: holder('b') })).toMatchObject({
      content: [{ text: 'ran' }],
    })
  })

  it('must be declared to be implied', () => {
    expect(() => compileCatalogue({ a: { title: 'A', implies: ['toString'] } })).toThrow(
      expect.objectContaining({ id: 'unknown-scope' }),
    )
  })

  // RFC 6749 §3.3; a refresh token is between a client and its authorization server
  // spec: auth-no-offline
  it.each(['', 'read notes', 'a"b', 'a\\b', 'é', 'a\r\nb', 'offline_access'])(
    'must be ones that a token can hold: %j',
    (scope) => {
      expect(() => compileCatalogue({ [scope]: 'A' })).toThrow(expect.objectContaining({ id: 'bad-scope' }))
    },
  )
})
