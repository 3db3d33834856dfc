import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../call/index.ts'
import { openHttp } from './fixtures/old-http.ts'
import { createQuay } from './fixtures/quay.ts'

const start = (options = {}) => {
  const quay = createQuay()
  return { ...quay, ...openHttp(quay.server, { sessions: options }) }
}

describe('a hostile client of an earlier revision', () => {
  it('cannot answer questions that others were asked', async () => {
    const { open, call, send } = start()
    const mine = await open()
    const other = await open()
    const { stream } = await call(1, 'sink', {}, { session: mine })
    const question = await stream?.next()
    await send({ jsonrpc: '2.0', id: question?.id, result: { action: 'accept', content: {} } }, { session: other })
    await send({ jsonrpc: '2.0', id: question?.id, result: { action: 'decline' } }, { session: mine })
    expect((await stream?.rest())?.at(-1)?.result).toMatchObject({ isError: true })
  })

  it('cannot confirm what it was not asked', async () => {
    const { open, send } = start()
    const session = await open()
    const params = { name: 'sink', inputResponses: { confirm: { action: 'accept' } }, requestState: 'forged' }
    const { stream } = await send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, { session })
    expect(await stream?.next()).toMatchObject({ method: 'elicitation/create' })
    stream?.cut()
  })

  it('cannot grow a session by questions that it never answers', async () => {
    const { open, call } = start()
    const session = await open()
    const asked = await Promise.all(Array.from({ length: 300 }, (_, id) => call(id, 'sink', {}, { session })))
    const said = await Promise.all(asked.map(async ({ stream, body }) => stream?.next() ?? body))
    const refused = said.filter((message) => JSON.stringify(message).includes('questions open already'))
    expect(refused).toHaveLength(300 - 256)
    for (const { stream } of asked) stream?.cut()
  })

  it('cannot have a session for every request: they are bounded, and hold little of what it says', async () => {
    const { open, send } = start({ max: 50 })
    const first = await open('2025-11-25', { experimental: { big: { text: 'x'.repeat(100_000) } } })
    for (let opened = 0; opened < 50; opened++) await open()
    expect((await send({ jsonrpc: '2.0', id: 1, method: 'ping' }, { session: first })).status).toBe(404)
  })

  it('cannot reach a page of the present by pretending to be older', async () => {
    const { send, call, open } = start()
    const session = await open()
    const meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } }
    const params = { name: 'guard', arguments: {}, _meta: meta }
    const { status } = await send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, { session })
    expect(status).toBe(401)
    expect((await call(2, 'guard', {}, { session })).status).toBe(401)
  })

  it.each([
    ['names from the prototype', { name: '__proto__' }],
    ['no name', {}],
    ['params of the wrong kind', { name: 7 }],
  ])('gets a constant answer to %s', async (_, params) => {
    const { open, send } = start()
    const session = await open()
    const { status, body } = await send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, { session })
    expect([status, body.error?.code]).toEqual([200, -32602])
  })

  it('cannot subscribe to what it may not read', async () => {
    const { open, send } = start()
    const session = await open()
    const subscribe = (uri: string) =>
      send({ jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri } }, { session })
    expect((await subscribe('quay://secret')).body.error?.code).toBe(-32002)
    expect((await subscribe('x'.repeat(200_000))).body.error?.code).toBe(-32602)
    expect((await subscribe('quay://rules')).body.result).toEqual({})
  })

  it('gets no more from a server that was wrapped than the wrapping lets through', async () => {
    const { server } = createQuay()
    const handle: typeof server.handle = async (call) => {
      if (call.method === 'tools/call') throw new ProtocolError('forbidden', 'Closed for today.')
      return server.handle(call)
    }
    const { call, open } = openHttp({ ...server, handle }, { sessions: {} })
    for (const session of [undefined, await open()]) {
      expect((await call(1, 'echo', { text: 'a' }, { session })).body.error).toEqual({
        code: 403,
        message: 'Closed for today.',
      })
    }
  })

  it('cannot make one answer of thousands of messages', async () => {
    const { open, send } = start()
    const session = await open('2025-03-26')
    const many = Array.from({ length: 101 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }))
    expect((await send(many, { session })).status).toBe(400)
    expect((await send(many.slice(0, 100), { session })).status).toBe(200)
  })
})
