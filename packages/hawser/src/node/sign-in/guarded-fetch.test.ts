import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { discoverIssuer, type Reach, SignInError } from '../../auth/client/index.ts'
import { createGuardedFetch, type LookUp } from './guarded-fetch.ts'
import { mayConnect } from './public-address.ts'

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

/** A server on this machine, and how often somebody came. */
const listen = async (listener: RequestListener): Promise<{ readonly port: number; readonly visits: () => number }> => {
  let visits = 0
  const server = createServer((request, response) => {
    visits++
    listener(request, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, visits: () => visits }
}

/** Names that lead to other addresses each time they are asked about. */
const script = (
  ...answers: readonly (readonly string[])[]
): { readonly lookUp: LookUp; readonly asked: () => number } => {
  let asked = 0
  return {
    asked: () => asked,
    lookUp: (_name, _options, callback) => {
      const addresses = answers[Math.min(asked++, answers.length - 1)] ?? []
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    },
  }
}

const init = () => ({ method: 'GET', headers: {}, redirect: 'manual' as const, signal: AbortSignal.timeout(5000) })

describe('addresses', () => {
  const NEVER = [
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    'fe80::1',
    'ff02::1',
    '64:ff9b::a9fe:a9fe',
    'fd00:ec2::254',
  ]
  const PRIVATE = [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '100.127.255.255',
    'fc00::1',
    'fd12::1',
  ]
  const NO_PUBLIC = [
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '198.18.0.1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2001::1',
    '4000::1',
  ]
  const PUBLIC = ['1.1.1.1', '172.32.0.1', '100.128.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450::1']

  it.each([...NEVER, ...PRIVATE, ...NO_PUBLIC])('TC10: %s is not of the public', (address) => {
    expect(mayConnect(address, 'public')).toBe(false)
    expect(mayConnect(address, 'any')).toBe(true)
  })

  it.each(NEVER)('TC10: %s is not of a private network either', (address) => {
    expect(mayConnect(address, 'private')).toBe(false)
  })

  it.each([...PUBLIC, ...PRIVATE])('%s may be reached where private networks may be', (address) => {
    expect(mayConnect(address, 'private')).toBe(true)
  })

  it.each(PUBLIC)('%s is of the public', (address) => {
    expect(mayConnect(address, 'public')).toBe(true)
  })
})

describe('a guarded request', () => {
  // spec: ssrf-considered, ssrf-private
  it.each([
    ['leads to this machine', ['127.0.0.1']],
    ['leads to the link', ['169.254.169.254']],
    ['leads to a private network', ['10.0.0.1']],
    ['leads to this machine as well', ['1.1.1.1', '127.0.0.1']],
    ['leads to this machine by the other protocol', ['::ffff:127.0.0.1']],
  ])('TC10: is not sent to a name that %s', async (_what, addresses) => {
    const { port, visits } = await listen((_request, response) => response.end('{}'))
    const names = script(addresses)
    await expect(
      createGuardedFetch(names.lookUp)(`http://notes.example.com:${port}/`, init(), 'public'),
    ).rejects.toThrow(SignInError)
    expect(visits()).toBe(0)
  })

  // spec: ssrf-private
  it('TC10: looks a name up once, and connects to what it found', async () => {
    const { port, visits } = await listen((_request, response) => response.end('{}'))
    // The second time the name would lead elsewhere.
    const names = script(['127.0.0.1'], ['169.254.169.254'])
    const response = await createGuardedFetch(names.lookUp)(`http://notes.example.com:${port}/`, init(), 'any')
    expect(await response.text()).toBe('{}')
    expect([names.asked(), visits()]).toEqual([1, 1])
  })

  it.each<[string, Reach]>([
    ['127.0.0.1', 'public'],
    ['127.0.0.1', 'private'],
    ['[::1]', 'public'],
    ['0x7f.1', 'public'],
  ])('TC10: is not sent to the number %s where only the %s may be reached', async (host, reach) => {
    const { port, visits } = await listen((_request, response) => response.end('{}'))
    await expect(createGuardedFetch()(`http://${host}:${port}/`, init(), reach)).rejects.toThrow(SignInError)
    expect(visits()).toBe(0)
  })

  // spec: ssrf-redirects
  it('TC10: does not follow where it is redirected to', async () => {
    const { port, visits } = await listen((_request, response) =>
      response.writeHead(302, { location: '/elsewhere' }).end(),
    )
    const response = await createGuardedFetch()(`http://127.0.0.1:${port}/`, init(), 'any')
    expect([response.status, visits()]).toEqual([302, 1])
  })

  it('sends what it is given, and brings back what it gets', async () => {
    const { port } = await listen((request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => {
        response.setHeader('set-cookie', ['a=1', 'b=2'])
        response.end(JSON.stringify({ method: request.method, type: request.headers['content-type'], body }))
      })
    })
    const headers = { 'content-type': 'text/plain' }
    const response = await createGuardedFetch()(
      `http://127.0.0.1:${port}/`,
      { ...init(), method: 'POST', headers, body: 'é' },
      'any',
    )
    expect(await response.json()).toEqual({ method: 'POST', type: 'text/plain', body: 'é' })
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  it.each<[string, RequestListener]>([
    ['never ends', (_request, response) => void response.write('[')],
    ['is too large', (_request, response) => void response.end('x'.repeat(300_000))],
    [
      'is packed',
      (_request, response) => void response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(1_000_000))),
    ],
    ['has a head without end', (_request, response) => void response.setHeader('x', 'x'.repeat(60_000)).end('{}')],
    [
      'ends too early',
      (request, response) =>
        void response.writeHead(200, { 'content-length': '9' }).write('{', () => request.socket.destroy()),
    ],
  ])('TC12: ends in bounded time and memory when an answer %s', async (_what, listener) => {
    const { port } = await listen(listener)
    const fetch = createGuardedFetch()
    const impatient: typeof fetch = (url, given, reach) =>
      fetch(url, { ...given, signal: AbortSignal.any([given.signal, AbortSignal.timeout(500)]) }, reach)
    await expect(discoverIssuer(`http://127.0.0.1:${port}/mcp`, { fetch: impatient })).rejects.toThrow()
  })
})
