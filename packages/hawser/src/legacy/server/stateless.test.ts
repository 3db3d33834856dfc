import { describe, expect, it } from 'vitest'
import { openHttp } from './fixtures/old-http.ts'
import { createQuay } from './fixtures/quay.ts'

const start = (legacy = true) => {
  const quay = createQuay(legacy)
  return { ...quay, ...openHttp(quay.server) }
}

const opening = (protocolVersion: string) => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: { elicitation: {} }, clientInfo: { name: 'old', version: '1' } },
})
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

describe('a server that keeps nothing between requests', () => {
  it('opens without a session, and does not offer what needs one', async () => {
    const { send } = start()
    const { headers, body } = await send(opening('2025-11-25'))
    expect(headers).not.toHaveProperty('mcp-session-id')
    expect(body.result?.['capabilities']).toEqual({
      tools: {},
      resources: {},
      prompts: {},
      completions: {},
      logging: {},
    })
    expect((await send({ jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202)
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const { status, headers: refusal } = await send('', { method })
      expect([status, refusal['allow']]).toEqual([405, 'POST'])
    }
  })

  it('answers a session that some other process held with 404, so that the client opens anew', async () => {
    const { send } = start()
    expect((await send(list, { session: 'abc' })).status).toBe(404)
  })

  it('serves each request by the version that its header names, or the one that is assumed', async () => {
    const { call } = start()
    const { body } = await call(1, 'sum', {}, { version: '2025-06-18' })
    expect(body.result).toMatchObject({ structuredContent: { sum: 3 } })
    expect((await call(1, 'sum')).body.result).not.toHaveProperty('structuredContent')
  })

  it('streams what a call tells before its answer', async () => {
    const { call, held } = start()
    const { stream } = await call(1, 'hold', {}, { version: '2025-06-18' })
    held[0]?.()
    const messages = await stream?.rest()
    expect(messages?.map(({ id, method }) => id ?? method)).toEqual([
      'notifications/progress',
      'notifications/progress',
      1,
    ])
  })

  it('gives up a call whose client went away, since its answer could never be fetched', async () => {
    const { call, left, disconnect } = start()
    const { stream } = await call(1, 'hold')
    disconnect()
    await stream?.rest()
    expect(left()).toBe(1)
  })

  it('tells the model why a tool cannot ask, and does not run it', async () => {
    const { call } = start()
    for (const name of ['sink', 'sizes', 'think']) {
      const { body } = await call(1, name, {}, { version: '2025-11-25' })
      expect(body.result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('no session') }] })
      expect(JSON.stringify(body)).not.toContain('sunk')
    }
  })

  // 2025-11-25 client/elicitation#url-elicitation-required-error
  it('sends the person to a page by an error, where the revision has it', async () => {
    const { call } = start()
    const { status, body } = await call(1, 'pay', {}, { version: '2025-11-25' })
    expect([status, body.error]).toEqual([
      200,
      {
        code: -32042,
        message: expect.any(String),
        data: {
          elicitations: [
            {
              mode: 'url',
              url: 'https://pay.example.com/1',
              message: 'Pay first',
              elicitationId: expect.stringMatching(/^[\da-f-]{36}$/),
            },
          ],
        },
      },
    ])
    const old = await call(1, 'pay', {}, { version: '2025-06-18' })
    expect(old.body.result).toMatchObject({ isError: true })
  })

  it('tells everybody what it logs, as nobody can say what is wanted', async () => {
    const { send } = start()
    expect(
      (await send({ jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'debug' } })).body.result,
    ).toEqual({})
  })

  it('hears no wishes that it could not keep', async () => {
    const { send } = start()
    for (const method of ['resources/subscribe', 'resources/unsubscribe']) {
      const { body } = await send({ jsonrpc: '2.0', id: 1, method, params: { uri: 'quay://rules' } })
      expect(body.error?.code).toBe(-32601)
    }
  })

  // 2025-03-26 basic#batching
  it('takes batches of the one revision that has them', async () => {
    const { send } = start()
    const batch = [
      list,
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 2, method: 'ping' },
    ]
    const { status, body } = await send(batch)
    const ids = (body as unknown as { id: number }[]).map(({ id }) => id)
    expect([status, new Set(ids)]).toEqual([200, new Set([1, 2])])
    expect((await send(batch.slice(1, 2))).status).toBe(202)
    for (const version of ['2025-06-18', '2025-11-25']) expect((await send(batch, { version })).status).toBe(400)
    for (const bad of [[], [list, 7], Array.from({ length: 101 }, () => list), `[${'['.repeat(100_000)}`]) {
      expect((await send(bad)).status).toBe(400)
    }
  })

  it('speaks in the present’s words to whoever tries to speak the present', async () => {
    const { send } = start()
    const { status, body } = await send({ jsonrpc: '2.0', id: 1, method: 'server/discover' })
    expect([status, body.error]).toMatchObject([400, { code: -32602, data: { supported: ['2026-07-28'] } }])
    expect((await send(list, { version: '2031-01-01' })).status).toBe(400)
  })

  it('serves nobody of the past when it is told so', async () => {
    const { send, server } = start(false)
    expect(server.httpFallback).toBeUndefined()
    const { status, body } = await send(opening('2025-11-25'))
    expect([status, body.error?.message]).toEqual([400, expect.stringContaining('2026-07-28')])
    expect((await send(list)).status).toBe(400)
  })

  it('leaves nothing of a client in the answers to the next', async () => {
    const { call } = start()
    const both = await Promise.all(['a', 'b'].map((text) => call(1, 'echo', { text }, { version: '2025-06-18' })))
    expect(both.map(({ body }) => JSON.stringify(body.result?.['content']))).toEqual([
      '[{"type":"text","text":"a"}]',
      '[{"type":"text","text":"b"}]',
    ])
  })
})
