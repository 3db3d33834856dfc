import { describe, expect, it } from 'vitest'
import { type Handle, ProtocolError, type Reply } from '../call/index.ts'
import { createClient } from './create-client.ts'

const hint = { ttlMs: 0, cacheScope: 'public' } as const

/** Lists these and answers each read with its URI. */
const listing = (
  templates: { readonly [name: string]: string },
  resources: { readonly [name: string]: string } = {},
) => {
  const asked: string[] = []
  const handle: Handle = async ({ method, params }): Promise<Reply> => {
    asked.push(method)
    if (method === 'resources/templates/list') {
      return {
        resourceTemplates: Object.entries(templates).map(([name, uriTemplate]) => ({ name, uriTemplate })),
        ...hint,
      }
    }
    if (method === 'resources/list')
      return { resources: Object.entries(resources).map(([name, uri]) => ({ name, uri })), ...hint }
    if (!('uri' in params)) throw new ProtocolError('method_not_found', method)
    return { contents: [{ uri: params.uri, text: params.uri }], ...hint }
  }
  return { asked, client: createClient(handle) }
}

describe('a resource by its name', () => {
  it('is read at the URI that its template gives', async () => {
    const { client } = listing({ note: 'notes://{id}{?format}', file: 'files:///{+path}' })
    expect(await client.resources['note']?.({ id: 'a b', format: 'md' })).toBe('notes://a%20b?format=md')
    expect(await client.resources['note']?.({ id: 'a', format: undefined })).toBe('notes://a')
    expect(await client.resources['file']?.({ path: 'a/b' })).toBe('files:///a/b')
  })

  it('is looked for once, in the templates first', async () => {
    const { client, asked } = listing({ note: 'notes://{id}' }, { index: 'notes://index' })
    for (const id of ['a', 'b']) await client.resources['note']?.({ id })
    expect(asked).toEqual(['resources/templates/list', 'resources/read', 'resources/read'])
    for (let read = 0; read < 2; read++) expect(await client.resources['index']?.()).toBe('notes://index')
    expect(asked.slice(3)).toEqual(['resources/templates/list', 'resources/list', 'resources/read', 'resources/read'])
  })

  it('with a fixed URI is read at that URI, braces and all', async () => {
    const { client } = listing({}, { odd: 'notes://{x}' })
    expect(await client.resources['odd']?.({ x: 'y' })).toBe('notes://{x}')
  })

  it('that is not listed says so, and is looked for again', async () => {
    const resources: { [name: string]: string } = {}
    const { client } = listing({}, resources)
    await expect(client.resources['index']?.()).rejects.toThrow(
      'The server lists no resource named "index". Read it by its URI: client.read(uri).',
    )
    resources['index'] = 'notes://index'
    expect(await client.resources['index']?.()).toBe('notes://index')
  })

  it('needs every variable that does not stand in a query', async () => {
    const { client } = listing({ note: 'notes://{id}{?format}' })
    await expect(client.resources['note']?.({ format: 'md' })).rejects.toThrow(
      'Resource "note" needs "id" for its URI notes://{id}{?format}.',
    )
  })

  it('whose template cannot be read is the server’s fault', async () => {
    await expect(listing({ note: 'notes://{' }).client.resources['note']?.()).rejects.toMatchObject({
      code: 'bad_reply',
    })
  })

  it('does not mistake one bad template for all of them', async () => {
    const { client } = listing({ broken: 'notes://{', note: 'notes://{id}' })
    expect(await client.resources['note']?.({ id: '1' })).toBe('notes://1')
  })
})
