import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { createClient } from './create-client.ts'
import { createNamedCalls } from './named-calls.ts'

describe('calls by name', () => {
  it('hand on their name, their input and their options', async () => {
    const run = vi.fn(async () => 'done')
    const calls = createNamedCalls(run) as Record<string, (...given: readonly unknown[]) => Promise<unknown>>
    expect(await calls['search']?.({ query: 'tide' }, { timeout: 1 })).toBe('done')
    await calls['with-hyphen.and.dot']?.()
    expect(run.mock.calls).toEqual([
      ['search', { query: 'tide' }, { timeout: 1 }],
      ['with-hyphen.and.dot', {}, undefined],
    ])
  })

  it('send nothing when they are awaited, printed, compared, copied or serialised', async () => {
    const handle = vi.fn(async () => ({ content: [] }))
    const client = createClient(handle)
    for (const calls of [client.tools, client.resources, client.prompts]) {
      expect(await Promise.resolve(calls)).toBe(calls)
      inspect(calls, { showProxy: true, depth: 5 })
      expect(JSON.stringify(calls)).toBe('{}')
      expect({ ...calls }).toEqual({})
      expect(calls).not.toEqual(client)
      expect(() => String(calls as unknown)).toThrow(TypeError)
    }
    expect(handle).not.toHaveBeenCalled()
  })

  it.each([
    'then',
    'catch',
    'toJSON',
    'toString',
    'constructor',
    '__proto__',
    'hasOwnProperty',
    Symbol.iterator,
    Symbol.toPrimitive,
  ])('have no %s', (name) => {
    expect(
      Reflect.get(
        createNamedCalls(async () => {}),
        name,
      ),
    ).toBeUndefined()
  })

  it('cannot be changed', () => {
    const calls = createNamedCalls(async () => {})
    expect(Reflect.set(calls, 'search', 1)).toBe(false)
    expect(Reflect.setPrototypeOf(calls, Array.prototype)).toBe(false)
  })

  it('reach tools of reserved names through call()', async () => {
    const handle = vi.fn(async () => ({ content: [] }))
    await createClient(handle).call('constructor')
    expect(handle).toHaveBeenCalledWith(
      expect.objectContaining({ params: expect.objectContaining({ name: 'constructor' }) }),
    )
  })
})
