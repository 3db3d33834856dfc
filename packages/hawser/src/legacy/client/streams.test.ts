import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { closedError } from '../../call/index.ts'
import { connect, type ConnectOptions } from '../../connect.ts'
import {
  type Answer,
  createOldFetch,
  event,
  events,
  failure,
  greeting,
  json,
  result,
  text,
} from './fixtures/old-fetch.ts'
import { openSseStream } from './sse-channel.ts'

const reach = async (answer: Answer, options: ConnectOptions = {}) => {
  const { fetch, seen } = createOldFetch(answer)
  const client = await connect('http://old.example/mcp', { ...options, http: { fetch } })
  return { client, seen }
}

const isOld = ({ headers }: { readonly headers: Headers }): boolean =>
  headers.get('mcp-protocol-version') !== '2026-07-28'
const isCall = (seen: Parameters<Answer>[0]): boolean => seen.method === 'tools/call' && isOld(seen)

describe('answers in JSON', () => {
  it('may come as a batch, with notifications before the answer', async () => {
    const logs: unknown[] = []
    const log = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data: 'careful' } }
    const { client } = await reach((seen) => (isCall(seen) ? json([log, result(seen.id, text('batched'))]) : undefined))
    expect((await client.call('x', {}, { onLog: ({ data }) => logs.push(data) })).content).toEqual([
      { type: 'text', text: 'batched' },
    ])
    expect(logs).toEqual(['careful'])
  })

  it.each([
    ['the id of nobody', () => json(result(999, text('?')))],
    ['an id of another type', ({ id }: Parameters<Answer>[0]) => json(result(`${id}`, text('?')))],
    ['no message', () => json({ hello: 'world' })],
    ['an array in an array', () => json([[]])],
    ['nothing', () => new Response(null, { status: 202 })],
    ['words', () => new Response('fine', { headers: { 'content-type': 'text/plain' } })],
  ])('that hold %s are no answer', async (_, answer) => {
    const { client } = await reach((seen) => (isCall(seen) ? answer(seen) : undefined))
    await expect(client.call('x')).rejects.toMatchObject({ code: 'bad_reply' })
  })

  it('may be an error without an id', async () => {
    const { client } = await reach((seen) => (isCall(seen) ? json(failure(null, -32603)) : undefined))
    await expect(client.call('x')).rejects.toMatchObject({ code: 'internal_error' })
  })
})

describe('answers in events', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('are taken up where they broke off, after the pause that the server asks for', async () => {
    const waited: number[] = []
    const start = Date.now()
    const { client, seen } = await reach((each) => {
      if (isCall(each)) return events('id: e-1\nretry: 700\ndata:')
      if (each.verb !== 'GET') return undefined
      waited.push(Date.now() - start)
      const call = seen.find(isCall)
      // Connecting in vain is no reason to give up.
      if (waited.length === 1) return Promise.reject(new TypeError('fetch failed'))
      return waited.length === 2 ? events('id: e-2\ndata:') : events(event(result(call?.id, text('late'))))
    })
    const called = client.tools['x']?.()
    await vi.advanceTimersByTimeAsync(3000)
    expect(await called).toBe('late')
    expect(waited).toEqual([700, 1400, 2100])
    expect(seen.filter(({ verb }) => verb === 'GET').map(({ headers }) => headers.get('last-event-id'))).toEqual([
      'e-1',
      'e-1',
      'e-2',
    ])
    expect(seen.filter(isCall)).toHaveLength(1)
  })

  it('are lost without an event id, and the call is not sent again', async () => {
    const { client, seen } = await reach((each) => (isCall(each) ? events('retry: 1\ndata:') : undefined))
    await expect(client.call('x')).rejects.toMatchObject({ code: 'disconnected' })
    expect(seen.filter(isCall)).toHaveLength(1)
  })

  it.each([404, 405, 400])('are lost when the server does not let them be taken up: %d', async (status) => {
    const { client, seen } = await reach((each) => {
      if (isCall(each)) return events('id: e-1\nretry: 50\ndata:')
      return each.verb === 'GET' ? new Response(null, { status }) : undefined
    })
    await Promise.all([
      expect(client.call('x')).rejects.toMatchObject({ code: 'disconnected' }),
      vi.advanceTimersByTimeAsync(1000),
    ])
    expect(seen.filter(isCall)).toHaveLength(1)
  })

  it('are lost when nothing more comes, however often they are taken up', async () => {
    const { client, seen } = await reach((each) => {
      if (isCall(each)) return events('id: e-1\nretry: 50\ndata:')
      return each.verb === 'GET' ? events() : undefined
    })
    await Promise.all([
      expect(client.call('x')).rejects.toMatchObject({ code: 'disconnected' }),
      vi.advanceTimersByTimeAsync(10_000),
    ])
    expect(seen.filter(({ verb }) => verb === 'GET').length).toBeLessThan(10)
  })

  it('are not waited for when the call is given up', async () => {
    const { client, seen } = await reach((each) => (isCall(each) ? events('id: e-1\nretry: 60000\ndata:') : undefined))
    await Promise.all([
      expect(client.call('x', {}, { timeout: 500 })).rejects.toMatchObject({ code: 'timeout' }),
      vi.advanceTimersByTimeAsync(1000),
    ])
    const { params } = seen.find(({ method }) => method === 'notifications/cancelled') ?? {}
    expect(params?.['requestId']).toBe(seen.find(isCall)?.id)
  })
})

describe('what is asked on the stream of a call', () => {
  const ask = (method: string, params: object, id = 77) => ({ jsonrpc: '2.0', id, method, params })
  const form = { message: 'Name?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } }

  /** A server that asks on the stream of the call and sends the result when the answer has come. */
  const asking = (question: object): Answer => {
    const stream = new TransformStream<Uint8Array, Uint8Array>()
    const writer = stream.writable.getWriter()
    const write = (message: object) => void writer.write(new TextEncoder().encode(`${event(message)}\n\n`))
    let callId: string | number | undefined
    return (seen) => {
      if (isCall(seen)) {
        callId = seen.id
        write(question)
        return new Response(stream.readable, { headers: { 'content-type': 'text/event-stream' } })
      }
      if (seen.method !== undefined || seen.verb !== 'POST') return undefined
      write(result(callId, text(JSON.stringify(seen.result ?? seen.error?.code))))
      return new Response(null, { status: 202 })
    }
  }

  it('is answered by the client, and the call goes on', async () => {
    const { client } = await reach(asking(ask('elicitation/create', form)), {
      answers: { elicit: () => ({ action: 'accept', content: { name: 'Ada' } }) },
    })
    expect(await client.tools['x']?.()).toBe('{"action":"accept","content":{"name":"Ada"}}')
  })

  it('is refused for a client that did not declare it', async () => {
    const { client } = await reach(asking(ask('elicitation/create', form)))
    expect(await client.tools['x']?.()).toBe('-32601')
  })

  it('is refused for a mode that the client did not declare', async () => {
    const page = { mode: 'url', message: 'Pay', url: 'https://pay.example', elicitationId: '1' }
    const { client } = await reach(asking(ask('elicitation/create', page)), {
      answers: { elicit: () => ({ action: 'decline' }) },
    })
    expect(await client.tools['x']?.()).toBe('-32601')
  })

  it('is answered at once when it is a ping', async () => {
    const { client } = await reach(asking(ask('ping', {})))
    expect(await client.tools['x']?.()).toBe('{}')
  })

  it('is cancelled, and the call with it, when the person cannot be asked', async () => {
    const { client, seen } = await reach(asking(ask('elicitation/create', form)), {
      answers: { elicit: () => Promise.reject(new Error('no screen')) },
    })
    await expect(client.call('x')).rejects.toThrow('no screen')
    expect(seen.find(({ method, verb }) => method === undefined && verb === 'POST')?.result).toEqual({
      action: 'cancel',
    })
    expect(seen.at(-1)?.method).toBe('notifications/cancelled')
  })

  it('loses the call when the answer does not arrive', async () => {
    const answer = asking(ask('elicitation/create', form))
    const { client } = await reach(
      (seen) =>
        seen.method === undefined && seen.verb === 'POST' ? new Response(null, { status: 404 }) : answer(seen),
      { answers: { elicit: () => ({ action: 'accept', content: { name: 'Ada' } }) } },
    )
    await expect(client.call('x')).rejects.toMatchObject({ code: 'disconnected' })
  })
})

describe('a page that must be visited first', () => {
  const page = { mode: 'url', message: 'Pay', url: 'https://pay.example/1', elicitationId: '1' }
  const visits: string[] = []
  const visiting = (action: 'accept' | 'decline') => ({
    answers: {
      visit: ({ url }: { readonly url: string }) => {
        visits.push(url)
        return { action }
      },
    },
  })
  const refusing = (times: number): Answer => {
    let left = times
    return (seen) => (isCall(seen) && left-- > 0 ? json(failure(seen.id, -32042, { elicitations: [page] })) : undefined)
  }
  beforeEach(() => {
    visits.length = 0
    vi.useFakeTimers()
  })
  afterEach(() => void vi.useRealTimers())

  it('is visited once, and the call is tried until it is done there', async () => {
    const { client, seen } = await reach(refusing(3), visiting('accept'))
    const called = client.tools['x']?.()
    await vi.advanceTimersByTimeAsync(1000)
    expect(await called).toBe('called')
    expect(visits).toEqual([page.url])
    expect(seen.filter(isCall)).toHaveLength(4)
  })

  it('leaves the error as it is for who does not go there', async () => {
    const { client } = await reach(refusing(3), visiting('decline'))
    await expect(client.call('x')).rejects.toMatchObject({ number: -32042 })
    const { client: plain } = await reach(refusing(3))
    await expect(plain.call('x')).rejects.toMatchObject({ number: -32042 })
    expect(visits).toEqual([page.url])
  })

  it('must be named', async () => {
    const { client } = await reach(
      (seen) => (isCall(seen) ? json(failure(seen.id, -32042, {})) : undefined),
      visiting('accept'),
    )
    await expect(client.call('x')).rejects.toMatchObject({ code: 'bad_reply' })
  })
})

describe('HTTP+SSE', () => {
  const encoder = new TextEncoder()

  /** A server of 2024-11-05 that names an endpoint. */
  const old = (endpoint: string): { readonly answer: Answer; readonly urls: string[] } => {
    let write: (block: string) => void = () => {}
    const urls: string[] = []
    return {
      urls,
      answer: ({ verb, method, id, headers }) => {
        if (verb === 'GET') {
          const body = new ReadableStream<Uint8Array>({
            start: (controller) => {
              write = (block) => controller.enqueue(encoder.encode(`${block}\n\n`))
              write(`: hello\n\nevent: endpoint\ndata: ${endpoint}`)
            },
          })
          return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
        }
        if (headers.get('accept') !== null) return new Response('Cannot POST', { status: 405 })
        const answer = method === 'initialize' ? greeting('2024-11-05') : text('by sse')
        if (id !== undefined) write(event(result(id, answer)))
        return new Response('Accepted', { status: 202 })
      },
    }
  }

  it('is tried last, and spoken from then on', async () => {
    const { client, seen } = await reach(old('/messages?s=1').answer)
    expect(await client.tools['x']?.()).toBe('by sse')
    expect(await client.tools['x']?.()).toBe('by sse')
    expect(await client.agreed()).toMatchObject({ protocolVersion: '2024-11-05', transport: 'HTTP+SSE' })
    expect(seen.filter(({ verb }) => verb === 'GET')).toHaveLength(1)
    await client.close()
  })

  it.each(['https://old.example/messages', 'http://evil.example/messages', '//evil.example', 'http://['])(
    'does not post to an endpoint elsewhere: %s',
    async (endpoint) => {
      const { client, seen } = await reach(old(endpoint).answer)
      await expect(client.call('x')).rejects.toMatchObject({ code: 'bad_reply' })
      expect(seen.filter(({ verb, headers }) => verb === 'POST' && headers.get('accept') === null)).toEqual([])
    },
  )

  it('is waited for no longer than its client is open, whatever a fetch makes of the signal', async () => {
    const closing = new AbortController()
    const send = async () => new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } })
    const opening = openSseStream(
      'http://old.example/mcp',
      { send, headers: () => ({}), maxBytes: 1000 },
      closing.signal,
    )
    closing.abort(closedError())
    await expect(opening).rejects.toMatchObject({ code: 'aborted' })
  })
})
