import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net'
import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { readBody } from '../http/read-body.ts'
import { readEvents } from '../wire/events.ts'
import { connect } from '../index.ts'
import { send } from './send.ts'

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]()
})

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

/** A server, and every connection that was made to it. */
async function serve(answer: Answer) {
  const sockets: Socket[] = []
  const server = createServer((request, response) => void answer(request, response))
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push({
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?a=b`, sockets }
}

const post = (url: string, more: Partial<Parameters<typeof send>[1]> = {}) =>
  send(url, { method: 'POST', headers: {}, body: '{}', ...more })

const MAX = 1024 * 1024

describe('sending by node:http', () => {
  it('sends what it is given, once', async () => {
    const seen: unknown[] = []
    const { url } = await serve(async (request, response) => {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      seen.push([request.method, request.url, request.headers, body])
      response.writeHead(202).end()
    })
    const { ok, status, headers, body } = await post(url, {
      headers: { 'mcp-name': 'x', 'user-agent': 'me' },
      body: '"é"',
    })
    expect([ok, status, headers.get('x-none'), headers.get('constructor')]).toEqual([true, 202, null, null])
    expect(await readBody(body, MAX)).toEqual({ text: '' })
    const host = new URL(url).host
    const expected = {
      host,
      'mcp-name': 'x',
      'user-agent': 'me',
      'content-length': '4',
      'accept-encoding': 'identity',
      connection: 'keep-alive',
    }
    expect(seen).toEqual([['POST', '/mcp?a=b', expected, '"é"']])
  })

  it('keeps a connection when the whole answer has come, read or not', async () => {
    const { url, sockets } = await serve((_, response) => response.end('{"a":1}'))
    // The agent takes a connection back a turn after its answer has ended.
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    expect(await readBody((await post(url)).body, MAX)).toEqual({ text: '{"a":1}' })
    await turn()
    await (await post(url)).body?.cancel()
    await turn()
    expect(await readBody((await post(url)).body, MAX)).toEqual({ text: '{"a":1}' })
    expect(sockets).toHaveLength(1)
  })

  it('does not send over a connection that is closed with the answer', async () => {
    const server = createSocketServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', () => socket.end('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    opened.push({ [Symbol.asyncDispose]: async () => void server.close() })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    for (let round = 0; round < 20; round++) {
      await (await post(url)).body?.cancel()
      expect(await readBody((await post(url)).body, MAX)).toEqual({ text: '' })
    }
  })

  it('closes the connection of an answer that is left in the middle', async () => {
    const { url, sockets } = await serve((_, response) => void response.write('x'.repeat(100)))
    const { body } = await post(url)
    const reader = body!.getReader()
    expect((await reader.read()).value).toHaveLength(100)
    await reader.cancel()
    expect(await reader.read()).toEqual({ done: true })
    await expect.poll(() => sockets[0]?.destroyed).toBe(true)
  })

  it('leaves with the sender what nobody reads', async () => {
    let written = 0
    const { url } = await serve((_, response) => {
      const more = (): void => {
        do written += 65_536
        while (response.write(Buffer.alloc(65_536)) && written < 512 * MAX)
        if (written < 512 * MAX) response.once('drain', more)
      }
      more()
    })
    const { body } = await post(url)
    let before = -1
    await expect
      .poll(() => {
        const isStill = written === before
        before = written
        return isStill
      })
      .toBe(true)
    expect(written).toBeLessThan(32 * MAX)
    expect(await readBody(body, MAX)).toEqual({ problem: 'too_large' })
  })

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['br, gzip', (text: string) => gzipSync(brotliCompressSync(text))],
  ])('unpacks %s', async (coding, pack) => {
    const text = JSON.stringify({ words: 'knots '.repeat(1000) })
    const { url } = await serve((_, response) => response.setHeader('content-encoding', coding).end(pack(text)))
    expect(await readBody((await post(url)).body, MAX)).toEqual({ text })
  })

  it('counts what comes out of a packed answer', async () => {
    const { url } = await serve((_, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(64 * MAX))),
    )
    expect(await readBody((await post(url)).body, MAX)).toEqual({ problem: 'too_large' })
  })

  it('takes an empty answer that calls itself packed, and fails for a broken one', async () => {
    const { url } = await serve((request, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(request.method === 'GET' ? '' : 'no gzip at all')
    })
    expect(await readBody((await post(url, { method: 'GET', body: undefined })).body, MAX)).toEqual({ text: '' })
    await expect(readBody((await post(url)).body, MAX)).rejects.toMatchObject({ code: 'disconnected' })
  })

  it('hands packed events on as they come', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/event-stream' })
      const packed = createGzip()
      packed.pipe(response)
      packed.write('data: 1\n\n')
      packed.flush()
    })
    const events = readEvents((await post(url)).body!)
    expect(await events.next()).toEqual({ done: false, value: '1' })
    await events.return()
  })

  it('ends with its signal, before, during and after the head, and lets go of it', async () => {
    const { url, sockets } = await serve((request, response) => {
      if (request.headers['x-head'] === 'yes') response.write('x')
    })
    const reason = new Error('enough')
    await expect(post(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(sockets).toEqual([])
    const early = new AbortController()
    const waiting = post(url, { signal: early.signal })
    await expect.poll(() => sockets.length).toBe(1)
    early.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    const late = new AbortController()
    const reader = (await post(url, { headers: { 'x-head': 'yes' }, signal: late.signal })).body!.getReader()
    await reader.read()
    const next = reader.read()
    late.abort(reason)
    await expect(next).rejects.toThrow()
    await expect.poll(() => sockets.every(({ destroyed }) => destroyed)).toBe(true)
  })

  it('fails when nobody is there, and when the answer breaks off', async () => {
    await expect(post('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('x')
      setImmediate(() => response.socket?.destroy())
    })
    await expect(readBody((await post(url)).body, MAX)).rejects.toMatchObject({ code: 'disconnected' })
  })

  it('takes a change of protocol for an answer', async () => {
    const { url } = await serve((request) =>
      request.socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    )
    expect(await post(url)).toMatchObject({ ok: false, status: 101 })
  })

  it('does not follow a redirect', async () => {
    const { url } = await serve((_, response) => response.writeHead(307, { location: '/elsewhere' }).end())
    const { status, headers } = await post(url)
    expect([status, headers.get('location')]).toEqual([307, '/elsewhere'])
  })

  it('is what a client on Node uses, which says why it gets no answer', async () => {
    await using client = await connect('http://127.0.0.1:1/mcp')
    await expect(client.tools.x!({})).rejects.toMatchObject({
      code: 'disconnected',
      message: 'No answer from http://127.0.0.1:1/mcp: connect ECONNREFUSED 127.0.0.1:1',
    })
  })
})
