import { request } from 'node:http'
import { afterAll, describe, expect, it } from 'vitest'
import harbour from './fixtures/harbour.ts'
import type { HttpService } from './http/index.ts'
import { mcp } from './index.ts'
import { type Listener, listen, type ListenOptions } from './node/index.ts'

const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
const listeners: Listener[] = []
const start = async (options: ListenOptions = {}, server: HttpService = harbour): Promise<Listener> => {
  const listener = await listen(server, { port: 0, closeTimeoutMs: 200, ...options })
  listeners.push(listener)
  return listener
}

const post = (url: string, message: object, session?: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    headers: { ...headers, ...(session !== undefined && { 'mcp-session-id': session }) },
  })

const open = async (url: string, protocolVersion: string): Promise<string> => {
  const params = { protocolVersion, capabilities: { elicitation: {} }, clientInfo: { name: 'old', version: '1' } }
  const response = await post(url, { id: 0, method: 'initialize', params })
  await response.text()
  return response.headers.get('mcp-session-id') ?? ''
}

const wait = (who: string) => ({
  id: 1,
  method: 'tools/call',
  params: { name: 'wait', arguments: { who }, _meta: { progressToken: 1 } },
})

afterAll(async () => {
  await Promise.all(listeners.map((listener) => listener.close()))
})

describe('clients of earlier revisions, over real sockets', () => {
  it.each(['2025-03-26', '2025-06-18', '2025-11-25'])('see their stream open at once: %s', async (revision) => {
    const { url } = await start()
    const session = await open(url, revision)
    const leaving = new AbortController()
    const accept = { accept: 'text/event-stream', 'mcp-session-id': session }
    const stream = await fetch(url, { headers: accept, signal: leaving.signal })
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    await stream.body!.getReader().read()
    leaving.abort()
  })

  it('may lose their connection in the middle of a call, and fetch the rest', async () => {
    const { url } = await start()
    const session = await open(url, '2025-11-25')
    const leaving = new AbortController()
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'prompts/get', params: { name: 'greet' } })
    const asked = await fetch(url, {
      method: 'POST',
      body,
      headers: { ...headers, 'mcp-session-id': session },
      signal: leaving.signal,
    })
    const { value } = await asked.body!.getReader().read()
    const text = new TextDecoder().decode(value)
    leaving.abort()
    const id = Number(/"id":(\d+),"method":"elicitation\/create"/.exec(text)?.[1])
    const place = /^id: (\S+)$/m.exec(text)?.[1] ?? ''
    const again = await fetch(url, {
      headers: { accept: 'text/event-stream', 'mcp-session-id': session, 'last-event-id': place },
    })
    expect((await post(url, { id, result: { action: 'accept', content: { name: 'Ada' } } }, session)).status).toBe(202)
    expect(await again.text()).toContain('Hello Ada')
  })

  it('are served without sessions when there shall be none', async () => {
    const { url } = await start({ sessions: false })
    expect(await open(url, '2025-11-25')).toBe('')
    expect(await (await post(url, { id: 1, method: 'ping' })).json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} })
  })

  it('give their place to others when they have left', async () => {
    const { url } = await start({ sessions: { max: 1 } })
    const session = await open(url, '2025-11-25')
    const leaving = new AbortController()
    const accept = { accept: 'text/event-stream', 'mcp-session-id': session }
    const stream = await fetch(url, { headers: accept, signal: leaving.signal })
    await stream.body!.getReader().read()
    expect(await open(url, '2025-11-25')).toBe('')
    leaving.abort()
    await expect.poll(() => open(url, '2025-11-25')).not.toBe('')
  })

  it('do not hold up a listener that closes', async () => {
    const listener = await start()
    const session = await open(listener.url, '2025-11-25')
    const accept = { accept: 'text/event-stream', 'mcp-session-id': session }
    const stream = await fetch(listener.url, { headers: accept })
    const begin = performance.now()
    await listener.close()
    expect(performance.now() - begin).toBeLessThan(190)
    await stream.text()
  })

  // RFC 9112 §3.2.2
  it('open the stream of the first revision through a proxy that names the whole address', async () => {
    const { url } = await start({ sse: '/sse' })
    const { port } = new URL(url)
    const opened = Promise.withResolvers<string>()
    const asked = request({ port, path: `http://localhost:${port}/sse` }, (incoming) => {
      incoming
        .setEncoding('utf8')
        .once('data', opened.resolve)
        .on('error', () => {})
    })
    asked.end()
    expect(await opened.promise).toMatch(/^event: endpoint\ndata: \/sse\?session=/)
    asked.destroy()
  })

  it('get their answers on the stream of the first revision while a listener closes', async () => {
    const gate = Promise.withResolvers<string>()
    const kit = mcp({ name: 'lock', version: '1.0.0' })
    const pass = kit.tool({
      description: 'Pass the lock.',
      effect: 'read',
      run: (_, { progress }) => {
        progress(1)
        return gate.promise
      },
    })
    const listener = await start({ sse: '/sse', closeTimeoutMs: 10_000 }, kit.server({ tools: { pass } }))
    const stream = await fetch(new URL('/sse', listener.url))
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
    const target = new URL(/data: (.*)\n/.exec((await reader.read()).value ?? '')?.[1] ?? '', listener.url).href
    await post(target, { id: 0, method: 'initialize', params: { protocolVersion: '2024-11-05' } })
    await reader.read()
    const params = { name: 'pass', _meta: { progressToken: 1 } }
    await post(target, { id: 1, method: 'tools/call', params })
    expect((await reader.read()).value).toContain('notifications/progress')
    const closed = listener.close()
    gate.resolve('passed')
    expect((await reader.read()).value).toMatch(/"id":1,"result":.*"passed"/)
    expect((await reader.read()).done).toBe(true)
    await closed
  })

  it('have their calls given up when the time to close is over', async () => {
    const listener = await start()
    const session = await open(listener.url, '2025-11-25')
    const response = await post(listener.url, wait('Margaret'), session)
    await listener.close()
    await response.text().catch(() => {})
    const other = await start()
    const left = { id: 2, method: 'tools/call', params: { name: 'has_left', arguments: { who: 'Margaret' } } }
    await expect
      .poll(async () => (await post(other.url, left, await open(other.url, '2025-11-25'))).text())
      .toContain('"left":true')
  })
})
