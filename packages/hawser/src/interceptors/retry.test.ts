import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Call, ConnectionError, type Handle, ProtocolError, type Reply, tooManyRequests } from '../call/index.ts'
import { createClient } from '../client/index.ts'
import { connect } from '../connect.ts'
import { mcp } from '../mcp.ts'
import { rateLimit } from './rate-limit.ts'
import { retry, type RetryOptions } from './retry.ts'

const lost = new ConnectionError('disconnected', 'gone')

const answers: { readonly [method: string]: Reply } = {
  'tools/list': {
    tools: [
      { name: 'reads', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
      { name: 'repeats', inputSchema: { type: 'object' }, annotations: { idempotentHint: true } },
      { name: 'writes', inputSchema: { type: 'object' }, annotations: { destructiveHint: false } },
      { name: 'nulls', inputSchema: { type: 'object' }, annotations: null as never },
    ],
    ttlMs: 0,
    cacheScope: 'public',
  },
  'resources/list': { resources: [], ttlMs: 0, cacheScope: 'public' },
  'resources/templates/list': { resourceTemplates: [], ttlMs: 0, cacheScope: 'public' },
  'prompts/list': { prompts: [], ttlMs: 0, cacheScope: 'public' },
  'resources/read': { contents: [], ttlMs: 0, cacheScope: 'public' },
  'prompts/get': { messages: [] },
  'completion/complete': { completion: { values: [] } },
  'server/discover': { supportedVersions: [], capabilities: {}, ttlMs: 0, cacheScope: 'public' },
  'tools/call': { content: [] },
}

/** Fails with these errors, one after the other, and then answers. */
const failing = (options: RetryOptions, ...errors: readonly unknown[]) => {
  const calls: Call[] = []
  const left = [...errors]
  const handle: Handle = async (call) => {
    calls.push(call)
    const reply = answers[call.method] ?? {}
    if (call.method === 'tools/list' && left[0] !== 'list') return reply
    const error = left.shift()
    if (error !== undefined && error !== 'list') throw error
    return reply
  }
  return { client: createClient(handle, { use: [retry(options)] }), calls }
}

/** Runs the clock until the promise settles. */
const settle = async <T>(promise: Promise<T>): Promise<T | Error> => {
  const settled = promise.catch((error: Error) => error)
  await vi.runAllTimersAsync()
  return settled
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a call that failed', () => {
  it.each([
    'server/discover',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'prompts/get',
    'completion/complete',
  ] as const)('is sent again when it is %s, which changes nothing', async (method) => {
    const { client, calls } = failing({}, lost, new ConnectionError('unavailable', 'busy'))
    await settle(client.request(method, {}))
    expect(calls).toHaveLength(3)
  })

  it('is sent so many times in all', async () => {
    const { client, calls } = failing({ attempts: 2 }, lost, lost, lost)
    expect(await settle(client.discover())).toBe(lost)
    expect(calls).toHaveLength(2)
  })

  it.each([
    ['reads', 2],
    ['repeats', 2],
    ['writes', 1],
    ['unlisted', 1],
  ])('is sent again only if its tool may be called twice: %s', async (name, times) => {
    const { client, calls } = failing({}, lost)
    await client.listTools()
    const before = calls.length
    await settle(client.call(name))
    expect(calls.length - before).toBe(times)
  })

  it('is sent again where the one who calls knows that it is safe', async () => {
    const { client, calls } = failing({ isSafe: ({ params }) => params.name === 'writes' }, lost)
    await settle(client.call('writes'))
    expect(calls).toHaveLength(2)
  })

  it('is sent again, whatever it is, when it was refused as one too many', async () => {
    const { client, calls } = failing({}, tooManyRequests('Too many.', 3000))
    const done = client.call('writes')
    await vi.advanceTimersByTimeAsync(2999)
    expect(calls).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    await done
    expect(calls).toHaveLength(2)
  })

  it.each([
    new ConnectionError('timeout', 'late'),
    new ConnectionError('aborted', 'left'),
    new ConnectionError('bad_reply', 'what?'),
    new ProtocolError('invalid_params', 'no'),
    new ProtocolError('internal_error', 'no'),
    new Error('bug'),
  ])('is not sent again after %s', async (error) => {
    const { client, calls } = failing({}, error)
    expect(await settle(client.discover())).toBe(error)
    expect(calls).toHaveLength(1)
  })

  it('is sent again after pauses that grow, and are not the same for all', async () => {
    const random = vi.spyOn(Math, 'random')
    const { client, calls } = failing({ attempts: 9, firstDelay: 100, longestDelay: 350 }, lost, lost, lost, lost)
    random.mockReturnValue(0)
    const done = client.discover()
    for (const [at, wait] of [50, 100, 175, 175].entries()) {
      await vi.advanceTimersByTimeAsync(wait - 1)
      expect(calls).toHaveLength(at + 1)
      await vi.advanceTimersByTimeAsync(1)
    }
    await done
    expect(calls).toHaveLength(5)
  })

  it('is sent again no earlier than the server asks', async () => {
    const { client, calls } = failing({}, new ConnectionError('unavailable', 'busy', { retryAfterMs: 20_000 }))
    const done = client.discover()
    await vi.advanceTimersByTimeAsync(19_999)
    expect(calls).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    await done
  })

  it('fails at once when the next attempt would be too late', async () => {
    const error = new ConnectionError('unavailable', 'busy', { retryAfterMs: 20_000 })
    const { client } = failing({}, error)
    await expect(client.discover({ maxTimeout: 20_000 })).rejects.toBe(error)
  })

  it('is given up when its caller leaves during the pause', async () => {
    const { client, calls } = failing({}, lost)
    const leaving = new AbortController()
    const done = client.discover({ signal: leaving.signal }).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(10)
    leaving.abort()
    expect(await done).toMatchObject({ code: 'aborted' })
    expect(calls).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})

it('waits out the rate limit of a server', async () => {
  const app = mcp({ name: 'n', version: '1.0.0' })
  const hello = app.tool({ description: 'Hello.', effect: 'write', run: () => 'hello' })
  const server = app.server({ tools: { hello }, use: [rateLimit({ calls: 60, per: 60_000, burst: 1 })] })
  const client = await connect(server, { use: [retry()] })
  const both = Promise.all([client.tools.hello(), client.tools.hello()])
  await vi.advanceTimersByTimeAsync(1001)
  expect(await both).toEqual(['hello', 'hello'])
})

it('refuses to be of no attempt', () => {
  expect(() => retry({ attempts: 0 })).toThrow(RangeError)
})
