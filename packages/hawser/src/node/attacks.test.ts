import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callTool, message, properHeaders } from '../http/fixtures/cases.ts'
import { createTestService, type TestService, text, untilGone } from '../http/fixtures/service.ts'
import { callTool as callLine } from '../stdio/fixtures/messages.ts'
import { startChild } from './fixtures/child.ts'
import { listen, type Listener } from './listen.ts'
import { readIncoming } from './node-request.ts'

let service: TestService
let listener: Listener

beforeAll(async () => {
  service = createTestService({
    stuck: untilGone,
    huge: () => text('x'.repeat(50 * 2 ** 20)),
    stream: ({ notify, signal }) =>
      new Promise((resolve) => {
        notify({ method: 'notifications/message', params: { level: 'info', data: 'started' } })
        signal.addEventListener('abort', () => resolve(text('too late')))
      }),
  })
  listener = await listen(service, { port: 0, closeTimeoutMs: 100 })
})
afterAll(() => listener.close())

const portOf = ({ url }: Listener): number => Number(new URL(url).port)

interface Wire {
  readonly socket: Socket
  readonly received: () => string
  readonly closed: Promise<void>
}

/** A caller that writes its own bytes. */
function dial(bytes: string | Uint8Array, to = listener): Wire {
  const socket = connect(portOf(to), '127.0.0.1')
  let received = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  socket.write(bytes)
  return { socket, received: () => received, closed }
}

interface Shape {
  readonly target?: string
  readonly version?: string
  readonly host?: string | undefined
  readonly length?: boolean
  readonly more?: readonly string[]
}

function head(
  body: string | Uint8Array,
  { target = '/mcp', version = '1.1', length = true, more = [], ...rest }: Shape = {},
): string {
  const host = 'host' in rest ? rest.host : 'localhost'
  const lines = Object.entries(properHeaders(typeof body === 'string' ? body : echo)).map(
    ([name, value]) => `${name}: ${value}`,
  )
  if (host !== undefined) lines.push(`host: ${host}`)
  if (length) lines.push(`content-length: ${Buffer.byteLength(body)}`)
  return `POST ${target} HTTP/${version}\r\n${[...lines, ...more].join('\r\n')}\r\n\r\n`
}

const echo = callTool('echo')
/** The status lines of all that comes back until the server closes. */
async function statuses(bytes: string): Promise<string> {
  const { closed, received } = dial(bytes)
  await closed
  return (received().match(/HTTP\/1\.1 \d+/g) ?? []).map((line) => line.slice(9)).join(' ')
}
const closing = (shape: Shape = {}): Shape => ({ ...shape, more: [...(shape.more ?? []), 'connection: close'] })

async function isWell(): Promise<boolean> {
  return (await statuses(head(echo, closing()) + echo)) === '200'
}

describe('a target', () => {
  it.each([
    ['/mcp', '200'],
    ['/mcp?x=%00&y', '200'],
    ['/mcp/', '404'],
    ['//mcp', '404'],
    ['/MCP', '404'],
    ['/%6dcp', '404'],
    ['/x/../mcp', '404'],
    ['/./mcp', '404'],
    ['/mcp;x', '404'],
    ['/mcp#x', '404'],
    ['*', '404'],
    ['mcp', '400'],
    [`/${'x'.repeat(20_000)}`, '431'],
    ['/mcp?\x00', '400'],
  ])('of %.40s gets %s', async (target, status) => {
    expect(await statuses(head(echo, closing({ target })) + echo)).toBe(status)
  })

  // RFC 9112 §3.2.2: a server accepts the absolute form, and its host stands above the header.
  it.each([
    ['http://localhost/mcp', 'evil.example.com', '200'],
    ['HTTP://LOCALHOST:3000/mcp?x=/', 'localhost', '200'],
    ['http://evil.example.com/mcp', 'localhost', '403'],
    ['http://localhost@evil.example.com/mcp', 'localhost', '403'],
    ['http://localhost', 'localhost', '404'],
    ['http://localhost?/mcp', 'localhost', '404'],
    ['ftp://localhost/mcp', 'localhost', '404'],
  ])('in absolute form, %s with Host %s gets %s', async (target, host, status) => {
    expect(await statuses(head(echo, closing({ target, host })) + echo)).toBe(status)
  })
})

describe('a Host and an Origin', () => {
  it.each([
    ['host: [::1]', '200'],
    ['host: [::1]:3000', '200'],
    ['host: 127.0.0.1:3000', '200'],
    ['host: LOCALHOST', '200'],
    ['host: 127.0.0.2', '403'],
    ['host: 127.1', '403'],
    ['host: 2130706433', '403'],
    ['host: 0x7f000001', '403'],
    ['host: 0.0.0.0', '403'],
    ['host: [::ffff:127.0.0.1]', '403'],
    ['host: [::]', '403'],
    ['host: localhost.', '403'],
    ['host: localhost.evil.example.com', '403'],
    ['host: evil.example.com#localhost', '403'],
    ['host: localhost:3000:3000', '403'],
    ['host: localhost, evil.example.com', '403'],
    ['host: ', '403'],
    ['origin: null', '403', 'host: localhost'],
    ['origin: ', '403', 'host: localhost'],
    ['origin: http://localhost.evil.example.com', '403', 'host: localhost'],
    ['origin: http://localhost@evil.example.com', '403', 'host: localhost'],
    ['origin: http://localhost, http://evil.example.com', '403', 'host: localhost'],
    ['origin: http://localhost\r\norigin: http://evil.example.com', '403', 'host: localhost'],
    ['origin: file://', '403', 'host: localhost'],
    ['origin: chrome-extension://abcdef', '403', 'host: localhost'],
    ['origin: http://localhost/', '403', 'host: localhost'],
    ['origin: http://[::1]:5173', '200', 'host: localhost'],
    ['origin: HTTP://LOCALHOST', '200', 'host: localhost'],
  ])('%j gets %s', async (line, status, host = '') => {
    const more = host === '' ? [line] : [host, line]
    expect(await statuses(head(echo, closing({ host: undefined, more })) + echo)).toBe(status)
  })

  it('is seen behind as many headers as are read', async () => {
    const padding = (count: number): string[] => Array<string>(count).fill('x:')
    for (const count of [500, 1_000, 1_999, 2_001, 3_000]) {
      const more = [...padding(count), 'origin: http://evil.example.com']
      expect(['403', '431']).toContain(await statuses(head(echo, closing({ more })) + echo))
    }
  })

  it('is asked for by HTTP/1.0 as well', async () => {
    expect(await statuses(head(echo, { version: '1.0' }) + echo)).toBe('200')
    expect(await statuses(head(echo, { version: '1.0', host: undefined }) + echo)).toBe('403')
    expect(await statuses(head(echo, { host: undefined }) + echo)).toBe('400')
  })
})

// RFC 9112 §6.3, §11.2: what two readers could take for two messages is none.
describe('a request that smuggles another one', () => {
  const hidden = head(echo, closing()) + echo
  it.each([
    ['a length and chunks', { more: ['transfer-encoding: chunked'] }, `0\r\n\r\n${hidden}`],
    ['two lengths', { more: ['content-length: 0'] }, hidden],
    ['a list of lengths', { length: false, more: ['content-length: 0, 400'] }, hidden],
    ['a negative length', { length: false, more: ['content-length: -1'] }, hidden],
    ['a length with a sign', { length: false, more: ['content-length: +1'] }, hidden],
    ['a length in hexadecimal', { length: false, more: ['content-length: 0x10'] }, hidden],
    ['chunks by another name', { length: false, more: ['transfer-encoding: xchunked'] }, hidden],
    ['chunks within another coding', { length: false, more: ['transfer-encoding: chunked, gzip'] }, hidden],
    ['a blank before the colon', { more: ['transfer-encoding : chunked'] }, hidden],
    ['a folded header', { more: ['x: 1\r\n transfer-encoding: chunked'] }, hidden],
    [
      'a chunk of odd size',
      { length: false, more: ['transfer-encoding: chunked'] },
      `0x5\r\nhello\r\n0\r\n\r\n${hidden}`,
    ],
    ['a chunk without end', { length: false, more: ['transfer-encoding: chunked'] }, `5\r\nhello${hidden}`],
    ['a bare LF', { more: ['x: 1\ntransfer-encoding: chunked'] }, hidden],
    ['a bare CR', { more: ['x: 1\rtransfer-encoding: chunked'] }, hidden],
  ])('by %s is answered once, with 400', async (_, shape: Shape, body) => {
    const calls = service.calls.length
    expect(await statuses(head(echo, shape) + body)).toBe('400')
    expect(service.calls).toHaveLength(calls)
    expect(await isWell()).toBe(true)
  })
})

describe('a body', () => {
  it('that waits for leave gets it, and one that expects anything else is told so', async () => {
    const { socket, received, closed } = dial(head(echo, closing({ more: ['expect: 100-continue'] })))
    await expect.poll(received).toContain('100 Continue')
    socket.write(echo)
    await closed
    expect(received()).toMatch(/HTTP\/1\.1 200 /)
    expect(await statuses(head(echo, closing({ more: ['expect: the-unexpected'] })) + echo)).toBe('417')
  })

  // RFC 9110 §8.4, §15.5.16
  it.each([
    ['gzip', gzipSync(echo)],
    ['gzip', Buffer.from(echo)],
    ['br', Buffer.from(echo)],
    ['identity, gzip', Buffer.from(echo)],
  ])('in %s is refused with what is taken', async (coding, body) => {
    const { received, closed } = dial(
      Buffer.concat([Buffer.from(head(body, closing({ more: [`content-encoding: ${coding}`] }))), body]),
    )
    await closed
    expect(received()).toMatch(/^HTTP\/1\.1 415 [^]*accept-encoding: identity\r\n/)
    expect(await statuses(head(echo, closing({ more: ['content-encoding: identity'] })) + echo)).toBe('200')
  })

  it('cut into single bytes is read without keeping a piece of each', async () => {
    const incoming = new EventEmitter() as IncomingMessage
    const read = new Promise((resolve) => readIncoming(incoming, 100_000, resolve))
    const pieces = Array.from(Buffer.from('Zürich '.repeat(10_000)), (byte) => Buffer.from([byte]))
    for (const [index, piece] of pieces.entries()) {
      incoming.emit('data', piece)
      pieces[index - 1]?.fill(0)
    }
    incoming.emit('end')
    expect(await read).toEqual({ text: 'Zürich '.repeat(10_000) })
  })

  it('that stops in the middle is forgotten with its connection', async () => {
    const calls = service.calls.length
    for (const part of [head(echo), head(echo) + echo.slice(0, 10), 'POST /mcp HT', '']) {
      const { socket, closed } = dial(part)
      socket.end()
      await closed
    }
    expect(service.calls).toHaveLength(calls)
    expect(await isWell()).toBe(true)
  })
})

describe('a connection', () => {
  it('that sends many requests at once gets as many answers in their order', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => index)
    const requests = ids.map((id) => message('server/discover', {}, id)).map((body) => head(body) + body)
    const { received, closed } = dial(requests.join('') + head(echo, closing()) + echo)
    await closed
    expect(
      [...received().matchAll(/"id":(\d+),"result":\{"resultType":"complete","supported/g)].map(([, id]) => Number(id)),
    ).toEqual(ids)
  })

  it('that is closed at any point of an answer ends the call, and no other', async () => {
    const other = dial(head(callTool('stuck')) + callTool('stuck'))
    await expect.poll(() => service.calls.at(-1)?.params).toMatchObject({ name: 'stuck' })
    const bystander = service.calls.at(-1)
    const stream = callTool('stream')
    for (const seen of ['', 'HTTP', 'text/event-stream', 'started']) {
      const calls = service.calls.length
      const { socket, received, closed } = dial(head(stream) + stream)
      await expect.poll(() => service.calls.length).toBe(calls + 1)
      await expect.poll(received).toContain(seen)
      socket.destroy()
      await closed
      await expect.poll(() => service.calls.at(-1)?.signal.aborted).toBe(true)
    }
    expect(bystander?.signal.aborted).toBe(false)
    other.socket.destroy()
    await other.closed
    expect(await isWell()).toBe(true)
  })

  it('carries an answer of 50 MB', async () => {
    const body = callTool('huge')
    const length = await new Promise<number>((resolve, reject) => {
      const outgoing = httpRequest(
        listener.url,
        { method: 'POST', headers: properHeaders(body), agent: false },
        (incoming) => {
          readText(incoming).then((words) => resolve(words.length), reject)
        },
      )
      outgoing.on('error', reject).end(body)
    })
    expect(length).toBeGreaterThan(50 * 2 ** 20)
  })
})

describe('the standard streams', () => {
  it('take thousands of requests at once and lose none', async () => {
    using server = startChild('tiny-server.ts')
    const ids = Array.from({ length: 5_000 }, (_, index) => index)
    server.write(ids.map((id) => callLine(id, 'echo', { value: id })).join(''))
    server.endInput()
    const answers = await server.rest()
    expect(answers.map(({ id }) => id)).toEqual(ids)
    expect(answers.filter(({ result }) => result === undefined)).toEqual([])
  })
})
