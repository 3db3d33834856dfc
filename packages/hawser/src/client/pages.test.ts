import { describe, expect, it } from 'vitest'
import { type Handle, ProtocolError, type Reply } from '../call/index.ts'
import { createClient } from './create-client.ts'

const page = (names: readonly string[], nextCursor?: unknown): Reply =>
  ({
    tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })),
    ttlMs: 0,
    cacheScope: 'public',
    nextCursor,
  }) as Reply

/** Answers each cursor with its page; `start` is the page of a request without one. */
const paged = (pages: { readonly [cursor: string]: Reply }) => {
  const cursors: (string | undefined)[] = []
  const handle: Handle = async ({ params }) => {
    const cursor = 'cursor' in params ? params.cursor : undefined
    cursors.push(cursor)
    return pages[cursor ?? 'start'] as Reply
  }
  return {
    cursors,
    list: async (maxPages?: number) => (await createClient(handle, { maxPages }).listTools()).map(({ name }) => name),
  }
}

describe('a list', () => {
  // spec: cursor-end, page-size
  it('is read to its end', async () => {
    const { list, cursors } = paged({ start: page(['a', 'b'], 'x'), x: page([], 'y'), y: page(['c']) })
    expect(await list()).toEqual(['a', 'b', 'c'])
    expect(cursors).toEqual([undefined, 'x', 'y'])
  })

  // server/utilities/pagination#implementation-guidelines: an empty string is a valid cursor, null is none.
  // spec: cursor-opaque, cursor-end
  it('goes on after an empty cursor and ends with null', async () => {
    const { list, cursors } = paged({ start: page(['a'], ''), '': page(['b'], null) })
    expect(await list()).toEqual(['a', 'b'])
    expect(cursors).toEqual([undefined, ''])
  })

  it('that comes back to a page is refused', async () => {
    const { list, cursors } = paged({ start: page(['a'], 'x'), x: page(['b'], 'y'), y: page(['c'], 'x') })
    await expect(list()).rejects.toMatchObject({ code: 'bad_reply' })
    expect(cursors).toHaveLength(3)
  })

  it.each([
    ['values', { type: 'object', required: Array.from({ length: 60_000 }, () => 'x') }],
    ['text', { type: 'object', title: 'x'.repeat(4_000_000) }],
  ])('that never ends is refused as well when its pages hold too much %s together', async (_, inputSchema) => {
    let asked = 0
    const endless: Handle = async () =>
      ({
        tools: [{ name: `t${asked}`, inputSchema }],
        ttlMs: 0,
        cacheScope: 'public',
        nextCursor: `${asked++}`,
      }) as Reply
    await expect(createClient(endless).listTools()).rejects.toMatchObject({
      code: 'bad_reply',
      message: 'tools/list holds more than 1000000 values or 67108864 characters in its first 17 pages.',
    })
    expect(asked).toBe(17)
  })

  it('may have very many entries on one page', async () => {
    const names = Array.from({ length: 200_000 }, (_, index) => `t${index}`)
    expect(await paged({ start: page(names) }).list()).toHaveLength(200_000)
  })

  it('that never ends is refused after a thousand pages, or as many as the client allows', async () => {
    let asked = 0
    const endless: Handle = async () => page([], `${asked++}`)
    await expect(createClient(endless).listTools()).rejects.toMatchObject({
      code: 'bad_reply',
      message: 'tools/list did not end within 1000 pages.',
    })
    expect(asked).toBe(1000)
    await expect(createClient(endless, { maxPages: 2 }).listTools()).rejects.toMatchObject({ code: 'bad_reply' })
    expect(asked).toBe(1002)
  })

  it('with a cursor that is not text is refused', async () => {
    await expect(paged({ start: page([], 7) }).list()).rejects.toMatchObject({ code: 'bad_reply' })
  })

  it('that the server does not offer is empty', async () => {
    const refuse: Handle = async () => {
      throw new ProtocolError('method_not_found', 'No tools here.')
    }
    const client = createClient(refuse)
    expect(await client.listTools()).toEqual([])
    expect(await client.listResources()).toEqual([])
    expect(await client.listResourceTemplates()).toEqual([])
    expect(await client.listPrompts()).toEqual([])
  })

  it('fails when a later page does, or for another reason', async () => {
    const refuse =
      (code: 'method_not_found' | 'invalid_params', first: Reply | undefined): Handle =>
      async ({ params }) => {
        if (first !== undefined && !('cursor' in params)) return first
        throw new ProtocolError(code, 'No.')
      }
    await expect(createClient(refuse('method_not_found', page(['a'], 'x'))).listTools()).rejects.toThrow(ProtocolError)
    await expect(createClient(refuse('invalid_params', undefined)).listTools()).rejects.toThrow(ProtocolError)
  })
})
