import { ConnectionError, ProtocolError } from 'hawser'
import { describe, expect, it } from 'vitest'
import { tooManyRequests } from '../call/index.ts'
import { createClient } from '../client/index.ts'
import { createServer } from '../server/index.ts'
import { connectHttp } from './connect.ts'
import { createFetchHandler } from './fetch.ts'
import { readRetryAfter } from './retry-after.ts'

const answering = (response: () => Response) =>
  createClient(connectHttp('http://localhost/mcp', { fetch: async () => response() }))

describe('Retry-After', () => {
  it('is seconds or a date', () => {
    const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT')
    expect(readRetryAfter('120', now)).toBe(120_000)
    expect(readRetryAfter('Wed, 21 Oct 2026 07:28:05 GMT', now)).toBe(5_000)
    expect(readRetryAfter('Wed, 21 Oct 2026 07:27:00 GMT', now)).toBe(0)
    for (const none of [null, '', 'soon', '-1', '9'.repeat(30)]) expect(readRetryAfter(none, now)).toBeUndefined()
  })

  it.each([429, 502, 503, 504])('comes with HTTP %i to the caller', async (status) => {
    const client = answering(() => new Response('busy', { status, headers: { 'retry-after': '2' } }))
    const error = await client.call('search').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: 2000 })
  })

  it('is unknown where it is not said', async () => {
    const error = await answering(() => new Response('busy', { status: 503 }))
      .call('search')
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: undefined })
  })

  it('goes out in whole seconds with the refusal of a call that is one too many', async () => {
    const refuse = async () => {
      throw tooManyRequests('Too many calls.', 1200)
    }
    const handler = createFetchHandler(createServer({ name: 'n', version: '1' }, { use: [() => refuse] }))
    let response: Response | undefined
    const client = createClient(
      connectHttp('http://localhost/mcp', { fetch: async (request) => (response = await handler(request)).clone() }),
    )
    const error = await client.listTools().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ code: 'too_many_requests', number: 429, data: { retryAfterMs: 1200 } })
    expect([response?.status, response?.headers.get('retry-after')]).toEqual([429, '2'])
  })
})
