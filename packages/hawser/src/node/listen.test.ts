import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { Values } from '../call/index.ts'
import {
  callTool,
  CASES,
  expected,
  headersOf,
  message,
  outcome,
  properHeaders,
  VERSION,
} from '../http/fixtures/cases.ts'
import { createTestService, type TestService, text, untilGone } from '../http/fixtures/service.ts'
import { connectHttp } from '../http/index.ts'
import { listen, type Listener, type ListenOptions } from './listen.ts'

const open: Listener[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function start(service: TestService = createTestService(), options: ListenOptions = {}): Promise<Listener> {
  const listener = await listen(service, { port: 0, closeTimeoutMs: 500, ...options })
  open.push(listener)
  return listener
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string | Uint8Array,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, agent: false }, (incoming) => {
      readText(incoming).then(
        (words) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: words }),
        reject,
      )
    })
    outgoing.on('error', reject).end(body)
  })
}

const post = (url: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  send(url, 'POST', { ...properHeaders(body), ...headers }, body)

interface Wire {
  readonly socket: Socket
  /** Everything received so far. */
  readonly received: () => string
  readonly closed: Promise<void>
}

/** A caller that writes its own bytes. */
function dial(url: string, bytes: string | Uint8Array): Wire {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let received = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  socket.write(bytes)
  return { socket, received: () => received, closed }
}

const head = (lines: readonly string[]): string =>
  `POST /mcp HTTP/1.1\r\nhost: localhost\r\n${lines.join('\r\n')}\r\n\r\n`
const rawHead = (body: string, ...more: string[]): string =>
  head([
    ...Object.entries(properHeaders(body)).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    ...more,
  ])

describe('the Node listener', () => {
  for (const [topic, cases] of Object.entries(CASES)) {
    describe(`answers a request ${topic}`, () => {
      it.each(cases)('$name → $status $code', async (one) => {
        const { url } = await start()
        const { status, headers, body } = await send(url, one.method ?? 'POST', headersOf(one), one.body)
        expect(outcome(status, body)).toEqual(expected(one))
        expect(headers['content-length']).toBe(String(Buffer.byteLength(body)))
      })
    })
  }

  // spec: http-loopback
  it('is bound to this machine and says where', async () => {
    const { url } = await start()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/)
    expect((await start(undefined, { host: '0.0.0.0', path: '/' })).url).toMatch(/^http:\/\/localhost:\d+\/$/)
  })

  it('answers to any name when it is bound elsewhere, unless it is told which', async () => {
    const headers = { host: 'notes.example.com' }
    const anywhere = await start(undefined, { host: '0.0.0.0' })
    expect((await post(anywhere.url, callTool('echo'), headers)).status).toBe(200)
    const listed = await start(undefined, { host: '0.0.0.0', allowedHosts: ['other.example.com'] })
    expect((await post(listed.url, callTool('echo'), headers)).status).toBe(403)
  })

  // spec: http-endpoint
  it('answers 404 beside its path', async () => {
    const { url } = await start()
    expect((await post(`${url}/x`, callTool('echo'))).status).toBe(404)
    expect((await post(`${url}?x=1`, callTool('echo'))).status).toBe(200)
    expect((await send(url.replace('/mcp', '/'), 'GET', {}, '')).status).toBe(404)
  })

  it('says which port is taken', async () => {
    const port = Number(new URL((await start()).url).port)
    await expect(start(undefined, { port })).rejects.toThrow(`Port ${port} of 127.0.0.1 is in use`)
  })

  it('says when an address is not of this machine', async () => {
    await expect(start(undefined, { host: '192.0.2.1' })).rejects.toThrow('192.0.2.1 is no address of this machine')
  })

  // RFC 9110 §5.3, streamable-http#server-validation
  it('refuses a header that is there twice', async () => {
    const { url } = await start()
    const body = callTool('echo')
    const wire = dial(url, `${rawHead(body, 'MCP-NAME: crash', 'connection: close')}${body}`)
    await wire.closed
    expect(wire.received()).toMatch(/^HTTP\/1\.1 400 [^]*-32020/)
  })

  // RFC 9112 §3.2
  it('refuses a second Host, whichever of them is allowed', async () => {
    const { url } = await start()
    const body = callTool('echo')
    const wire = dial(url, `${rawHead(body, 'Host: evil.example.com', 'connection: close')}${body}`)
    await wire.closed
    expect(wire.received()).toMatch(/^HTTP\/1\.1 403 /)
  })

  // spec: header-case
  it('compares header names without case and values with it', async () => {
    const { url } = await start()
    const body = callTool('echo')
    const upper = rawHead(body, 'connection: close').replace('mcp-method', 'MCP-METHOD').replace('mcp-name', 'Mcp-NAME')
    const wire = dial(url, upper + body)
    await wire.closed
    expect(wire.received()).toMatch(/^HTTP\/1\.1 200 /)
  })

  // streamable-http#server-behavior-for-custom-headers
  // spec: param-invalid
  it('refuses raw bytes in a mirrored header', async () => {
    const { url } = await start()
    const body = callTool('mirrored', { region: 'Zürich' })
    const wire = dial(url, Buffer.from(`${rawHead(body, 'mcp-param-region: Zürich', 'connection: close')}${body}`))
    await wire.closed
    expect(wire.received()).toMatch(/^HTTP\/1\.1 400 [^]*-32020/)
  })

  it('answers what is no HTTP with 400 and goes on', async () => {
    const { url } = await start()
    const wire = dial(url, 'HELLO\r\n\r\n')
    await wire.closed
    expect(wire.received()).toMatch(/^HTTP\/1\.1 400 /)
    expect((await post(url, callTool('echo'))).status).toBe(200)
  })

  it('reads a body in chunks, cut anywhere', async () => {
    const { url } = await start()
    const body = Buffer.from(callTool('echo', { x: 'Zürich' }))
    const lines = Object.entries(properHeaders(body.toString())).map(([name, value]) => `${name}: ${value}`)
    const wire = dial(url, head([...lines, 'transfer-encoding: chunked', 'connection: close']))
    for (const byte of body) wire.socket.write(Buffer.from([0x31, 13, 10, byte, 13, 10]))
    wire.socket.write('0\r\n\r\n')
    await wire.closed
    expect(Buffer.from(wire.received(), 'latin1').toString()).toContain('Zürich')
  })

  it('refuses a body in chunks as soon as it is too large, and closes', async () => {
    const { url } = await start(undefined, { maxBytes: 100_000 })
    const lines = Object.entries(properHeaders(callTool('echo'))).map(([name, value]) => `${name}: ${value}`)
    const wire = dial(url, head([...lines, 'transfer-encoding: chunked']))
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 32), Buffer.from('\r\n')])
    const flood = (): void => {
      while (!wire.socket.destroyed && wire.socket.write(chunk));
    }
    wire.socket.on('drain', flood)
    flood()
    await wire.closed
    expect(wire.received()).toMatch(/^HTTP\/1\.1 413 /)
    expect(wire.received()).toMatch(/\r\nconnection: close\r\n/i)
  })

  it('reads the rest of a refused body, so that the caller sees the refusal', async () => {
    const { url } = await start()
    const body = 'x'.repeat(3 * 2 ** 20)
    const { status, headers } = await send(
      url,
      'POST',
      { 'content-type': 'text/plain', connection: 'keep-alive' },
      body,
    )
    expect(status).toBe(415)
    expect(headers.connection).toBe('close')
  })

  it('keeps a connection for the next request', async () => {
    const { url } = await start()
    const body = callTool('echo')
    const wire = dial(url, `${rawHead(body)}${body}${rawHead(body, 'connection: close')}${body}`)
    await wire.closed
    expect(wire.received().match(/HTTP\/1\.1 200 /g)).toHaveLength(2)
  })

  // streamable-http#cancellation
  // spec: cancel-http
  it('aborts the call when the caller leaves before the answer', async () => {
    const service = createTestService({ stuck: untilGone })
    const { url } = await start(service)
    const body = callTool('stuck')
    const wire = dial(url, rawHead(body) + body)
    await expect.poll(() => service.calls.length).toBe(1)
    expect(service.calls[0]?.signal.aborted).toBe(false)
    wire.socket.destroy()
    await expect.poll(() => service.calls[0]?.signal.aborted).toBe(true)
    expect(service.entries).toEqual([])
  })

  // spec: cancel-http, http-close-cancels
  it('aborts the call when the caller leaves in the middle of a stream', async () => {
    const service = createTestService()
    const { url } = await start(service)
    const body = message('subscriptions/listen', { notifications: {} })
    const wire = dial(url, rawHead(body) + body)
    await expect.poll(wire.received).toContain('acknowledged')
    expect(wire.received().toLowerCase()).toContain('x-accel-buffering: no')
    wire.socket.destroy()
    await expect.poll(() => service.calls[0]?.signal.aborted).toBe(true)
    expect(service.entries).toEqual([])
  })

  it('does not abort a call that has been answered', async () => {
    const service = createTestService()
    const { url } = await start(service)
    const body = callTool('echo')
    const wire = dial(url, rawHead(body, 'connection: close') + body)
    await wire.closed
    expect(service.calls[0]?.signal.aborted).toBe(false)
  })

  it('gives up a reader that does not read', async () => {
    const service = createTestService({
      flood: async ({ notify, signal }) => {
        const data = 'x'.repeat(64 * 1024)
        while (!signal.aborted) {
          notify({ method: 'notifications/message', params: { level: 'info', data } })
          await new Promise(setImmediate)
        }
        return text('never seen')
      },
    })
    const { url } = await start(service)
    const body = callTool('flood')
    const wire = dial(url, rawHead(body) + body)
    wire.socket.pause()
    await expect.poll(() => service.calls[0]?.signal.aborted, { timeout: 10_000 }).toBe(true)
    wire.socket.resume()
    await wire.closed
    expect(wire.received()).not.toContain('never seen')
  })

  describe('closes', () => {
    const callListen = { protocolVersion: VERSION, clientCapabilities: {}, values: new Values() }

    // spec: listen-teardown
    it('with the end of its subscriptions', async () => {
      const { url, close } = await start()
      const seen: string[] = []
      const reply = connectHttp(url)({
        ...callListen,
        method: 'subscriptions/listen',
        params: { notifications: {} },
        signal: new AbortController().signal,
        notify: ({ method }) => seen.push(method),
      })
      await expect.poll(() => seen.length).toBe(1)
      await close()
      expect(await reply).toHaveProperty('_meta')
      await expect(post(url, callTool('echo'))).rejects.toThrow('ECONNREFUSED')
    })

    it('after the open calls have been answered', async () => {
      let finish = (): void => {}
      const service = createTestService({
        slow: () => new Promise((resolve) => (finish = () => resolve(text('finished')))),
      })
      const { url, close } = await start(service)
      const answer = post(url, callTool('slow'), { connection: 'keep-alive' })
      await expect.poll(() => service.calls.length).toBe(1)
      const closed = close()
      finish()
      expect((await answer).body).toContain('finished')
      expect((await answer).headers.connection).toBe('close')
      await closed
    })

    it('without those that never end, and twice is once', async () => {
      const service = createTestService({ stuck: untilGone })
      const { url, close } = await start(service, { closeTimeoutMs: 50 })
      const answer = post(url, callTool('stuck'))
      await expect.poll(() => service.calls.length).toBe(1)
      await Promise.all([close(), close()])
      await expect(answer).rejects.toThrow('socket hang up')
      await expect.poll(() => service.calls[0]?.signal.aborted).toBe(true)
    })

    it('without waiting for connections that never said anything', async () => {
      const { url, close } = await start(createTestService(), { closeTimeoutMs: 60_000 })
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      await once(socket, 'connect')
      // Answered after it was accepted, so that it is known here.
      await post(url, callTool('echo'))
      await Promise.all([close(), once(socket, 'close')])
    })

    it('at the end of its scope', async () => {
      let url: string
      {
        await using listener = await listen(createTestService(), { port: 0 })
        url = listener.url
        expect((await post(url, callTool('echo'))).status).toBe(200)
      }
      await expect(post(url, callTool('echo'))).rejects.toThrow('ECONNREFUSED')
    })
  })
})
