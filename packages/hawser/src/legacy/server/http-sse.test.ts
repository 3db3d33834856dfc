import { describe, expect, it, vi } from 'vitest'
import type { HttpReply } from '../../http/index.ts'
import { openHttp } from './fixtures/old-http.ts'
import { createQuay } from './fixtures/quay.ts'

const ada = { subject: 'ada', scopes: new Set<string>() }
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }

const start = () => {
  const quay = createQuay()
  const http = openHttp(quay.server, { ssePath: '/sse' })
  /** Opens the stream and reads where to post. */
  const connect = async (principal = ada) => {
    const request = {
      method: 'GET',
      target: '/sse',
      header: (name: string) => (name === 'host' ? 'localhost' : undefined),
    }
    const reply: HttpReply = await http.exchange.answer({ ...request, principal, onDisconnect: () => {} }, '')
    const first = (await reply.stream?.next()) ?? ''
    const target = /^event: endpoint\ndata: (.*)\n\n$/.exec(first)?.[1] ?? ''
    return { target, stream: reply.stream! }
  }
  return { ...quay, ...http, connect }
}

// 2024-11-05 basic/transports#http-with-sse
describe('the transport of the first revision', () => {
  it('answers on the stream what is posted to the address that it names', async () => {
    const { connect, send } = start()
    const { target, stream } = await connect()
    const to = { target, principal: ada }
    const opening = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2024-11-05' } }
    expect((await send(opening, to)).status).toBe(202)
    expect(await stream.next()).toMatch(/^data: \{.*"protocolVersion":"2024-11-05"/)
    expect((await send(ping, to)).status).toBe(202)
    expect(await stream.next()).toBe('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n')
  })

  it('has an address that is for one caller, and for as long as its stream is open', async () => {
    const { connect, send } = start()
    const { target, stream } = await connect()
    expect(target).toMatch(/^\/sse\?session=[\da-f-]{36}$/)
    expect((await send(ping, { target })).status).toBe(404)
    expect((await send(ping, { target: `${target}x`, principal: ada })).status).toBe(404)
    expect((await send('{"jsonrpc":', { target, principal: ada })).status).toBe(400)
    stream.cancel()
    expect((await send(ping, { target, principal: ada })).status).toBe(404)
  })

  it('gives up what is under way when the reader leaves', async () => {
    vi.useFakeTimers()
    const { connect, send, left } = start()
    const { target, stream } = await connect()
    const to = { target, principal: ada }
    await send({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2024-11-05' } }, to)
    await send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hold' } }, to)
    stream.cancel()
    await vi.advanceTimersByTimeAsync(1_100)
    vi.useRealTimers()
    expect(left()).toBe(1)
  })

  it('gets the answers to what is under way before the server closes, however long they take', async () => {
    vi.useFakeTimers()
    const { connect, send, exchange, held, left } = start()
    const { target, stream } = await connect()
    const to = { target, principal: ada }
    await send({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2024-11-05' } }, to)
    await stream.next()
    await send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hold' } }, to)
    exchange.release()
    await vi.advanceTimersByTimeAsync(60_000)
    vi.useRealTimers()
    await send({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'hold' } }, to)
    held[0]?.()
    expect(await stream.next()).toMatch(/"id":1,"result":.*"held"/)
    held[1]?.()
    expect(await stream.next()).toMatch(/"id":2,"result":.*"held"/)
    expect(await stream.next()).toBeUndefined()
    expect(left()).toBe(0)
  })

  it('has what is under way given up when the server closes', async () => {
    const { connect, send, exchange, left } = start()
    const { target, stream } = await connect()
    const to = { target, principal: ada }
    await send({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2024-11-05' } }, to)
    await send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hold' } }, to)
    exchange.release()
    exchange.close()
    expect(left()).toBe(1)
    await expect(stream.next()).rejects.toMatchObject({ code: 'disconnected' })
  })

  it('has a bound on open streams', async () => {
    const { connect } = start()
    for (let opened = 0; opened < 1_000; opened++) await connect()
    await expect(connect()).resolves.toMatchObject({ target: '', stream: undefined })
  })

  it('shares a path with the other transport', async () => {
    const quay = createQuay()
    const { open, send, exchange } = openHttp(quay.server, { ssePath: '/mcp', sessions: {} })
    const session = await open('2025-11-25', {}, { target: '/mcp' })
    const listening = await send('', { session, method: 'GET', target: '/mcp' })
    expect(listening.headers['content-type']).toBe('text/event-stream')
    listening.stream?.cut()
    const header = (name: string) => (name === 'host' ? 'localhost' : undefined)
    const request = { method: 'GET', target: '/mcp', header, onDisconnect: () => {} }
    const reply: HttpReply = await exchange.answer(request, '')
    expect(await reply.stream?.next()).toMatch(/^event: endpoint\ndata: \/mcp\?session=/)
    exchange.close()
  })

  // RFC 9110 §15.5.6
  it('names the methods that its path has', async () => {
    const { connect, send } = start()
    const { target } = await connect()
    const allowed = async (method: string, to: string) => {
      const { status, headers } = await send('', { method, target: to, principal: ada })
      return [status, headers['allow']]
    }
    expect(await allowed('PUT', '/sse')).toEqual([405, 'GET, POST'])
    expect(await allowed('DELETE', target)).toEqual([405, 'GET, POST'])
    expect(await allowed('GET', '/mcp')).toEqual([405, 'POST'])
  })

  it('leaves the other transport at its own path', async () => {
    const { send } = start()
    const { status, body } = await send({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, { target: '/mcp' })
    expect([status, body.result]).toMatchObject([200, { tools: expect.any(Array) }])
  })
})
