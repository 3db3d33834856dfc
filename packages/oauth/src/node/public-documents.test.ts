import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { FetchDocument } from '../cimd/fetch-document.ts'
import { startDocumentHost } from './fixtures/document-host.ts'
import { isPublicAddress, networks } from './public-address.ts'
import { publicDocuments } from './public-documents.ts'

const LIMITS = { maxBytes: 5120, timeoutMs: 2000 }

const codeOf = async (fetching: Promise<unknown>): Promise<unknown> =>
  fetching.then(
    () => 'fetched',
    (error: unknown) => (error as { code?: unknown }).code,
  )

const PRIVATE = [
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.168.1.1',
  '198.18.0.1',
  '203.0.113.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:0:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '5f00::1',
  '3fff::1',
  'not an address',
  '',
]

describe('publicDocuments', () => {
  // spec: security-document-ssrf
  it.each(PRIVATE)('TA51: refuses a name that leads to %s before it connects', async (address) => {
    await using host = await startDocumentHost((_request, response) => response.end('{}'))
    expect(isPublicAddress(address)).toBe(false)
    const fetching = publicDocuments({ lookup: async () => [address] })(new URL(host.url('/c')), LIMITS)
    expect(await codeOf(fetching)).toBe('blocked')
    expect(host.connections()).toBe(0)
  })

  it.each(['1.1.1.1', '9.9.9.9', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001::1'])(
    'takes %s for public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  it('allows the private networks that the operator names, and no other', () => {
    const allowed = networks(['10.1.0.0/16', 'fd12::/16'])
    expect(isPublicAddress('10.1.2.3', allowed)).toBe(true)
    expect(isPublicAddress('fd12::1', allowed)).toBe(true)
    expect(isPublicAddress('10.2.0.1', allowed)).toBe(false)
    expect(isPublicAddress('127.0.0.1', allowed)).toBe(false)
    for (const wrong of ['10.1.0.0/', '10.1/16', 'intranet', '10.1.0.0/x', '']) {
      expect(() => networks([wrong]), wrong).toThrow(TypeError)
    }
  })

  it.each(['0x7f.1', '2130706433', '0177.0.0.1', '127.1', '１２７.0.0.1', '[::1]', '[::ffff:7f00:1]'])(
    'TA52: refuses the literal %s',
    async (literal) => {
      await using host = await startDocumentHost((_request, response) => response.end('{}'))
      expect(await codeOf(publicDocuments()(new URL(`https://${literal}:${host.port}/c`), LIMITS))).toBe('blocked')
      expect(host.connections()).toBe(0)
    },
  )

  it.each(['localhost', 'localhost.'])('TA52: resolves %s like any name, and refuses where it leads', async (name) => {
    await using host = await startDocumentHost((_request, response) => response.end('{}'))
    const asked: string[] = []
    const lookup = async (hostname: string): Promise<string[]> => {
      asked.push(hostname)
      return ['127.0.0.1']
    }
    expect(await codeOf(publicDocuments({ lookup })(new URL(`https://${name}:${host.port}/c`), LIMITS))).toBe('blocked')
    expect(asked).toEqual([name])
    expect(host.connections()).toBe(0)
  })

  it('TA52: asks the system which addresses a name has', async () => {
    await using host = await startDocumentHost((_request, response) => response.end('{}'))
    expect(await codeOf(publicDocuments()(new URL(host.url('/c', 'localhost')), LIMITS))).toBe('blocked')
    expect(host.connections()).toBe(0)
  })

  // spec: security-document-ssrf
  it('TA53: connects to the address that it judged, although the name leads elsewhere the second time', async () => {
    await using host = await startDocumentHost((_request, response) => response.end('{"a":1}'))
    const asked: string[] = []
    const lookup = async (name: string): Promise<string[]> => {
      asked.push(name)
      return asked.length === 1 ? ['127.0.0.1'] : ['169.254.169.254']
    }
    const answer = await host.fetch({ lookup })(new URL(host.url('/c')), LIMITS)
    expect(new TextDecoder().decode(answer.body)).toBe('{"a":1}')
    expect(asked).toEqual(['client.example'])
  })

  it.each([
    [['1.1.1.1', '10.0.0.1']],
    [['2606:4700:4700::1111', '::1']],
    // What a chain of CNAMEs leads to in the end.
    [['169.254.169.254']],
  ])('TA53: refuses a name with one private answer among %j', async (addresses) => {
    const fetching = publicDocuments({ lookup: async () => addresses })(new URL('https://client.example/c'), LIMITS)
    expect(await codeOf(fetching)).toBe('blocked')
  })

  it.each(['https://169.254.169.254/latest', 'https://other.example/c', '/c'])(
    'TA54: does not follow a redirect to %s',
    async (location) => {
      await using host = await startDocumentHost((_request, response) =>
        response.writeHead(301, { location }).end('{}'),
      )
      const answer = await host.fetch()(new URL(host.url('/c')), LIMITS)
      expect(answer.status).toBe(301)
      expect(answer.body.length).toBe(0)
      expect(host.connections()).toBe(1)
    },
  )

  it.each([
    ['a length', true],
    ['chunks', false],
  ])('TA55: stops at the limit of a body with %s', async (_name, hasLength) => {
    const body = 'x'.repeat(LIMITS.maxBytes + 1)
    await using host = await startDocumentHost((request, response) => {
      const whole = request.url === '/fits' ? body.slice(1) : body
      if (hasLength) response.setHeader('content-length', whole.length)
      response.write(whole.slice(0, 10))
      response.end(whole.slice(10))
    })
    expect(await codeOf(host.fetch()(new URL(host.url('/c')), LIMITS))).toBe('too_large')
    expect((await host.fetch()(new URL(host.url('/fits')), LIMITS)).body.length).toBe(LIMITS.maxBytes)
  })

  it('TA55: refuses a compressed answer, for none was asked for', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000))
    expect(bomb.length).toBeLessThan(LIMITS.maxBytes)
    let accepted: string | undefined
    await using host = await startDocumentHost((request, response) => {
      accepted = request.headers['accept-encoding']
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    })
    expect(await codeOf(host.fetch()(new URL(host.url('/c')), LIMITS))).toBe('encoded')
    expect(accepted).toBe('identity')
  })

  const slow = { ...LIMITS, timeoutMs: 150 }

  it('TA55: gives up on headers that do not come, on a body that does not end, and on a resolver that says nothing', async () => {
    await using host = await startDocumentHost((request, response) => {
      if (request.url === '/body') response.writeHead(200).write('{')
    })
    const fetchers: readonly (readonly [FetchDocument, string])[] = [
      [host.fetch(), '/headers'],
      [host.fetch(), '/body'],
      [host.fetch({ lookup: () => new Promise(() => undefined) }), '/name'],
    ]
    for (const [fetcher, path] of fetchers) {
      expect(await codeOf(fetcher(new URL(host.url(path)), slow)), path).toBe('timeout')
    }
  })

  it('TA55: refuses more than 8 KiB of headers', async () => {
    await using host = await startDocumentHost((_request, response) =>
      response.setHeader('x', 'y'.repeat(9000)).end('{}'),
    )
    expect(await codeOf(host.fetch()(new URL(host.url('/c')), LIMITS))).toBe('unreachable')
  })

  it('sends nothing that says who is asked for', async () => {
    let headers: NodeJS.Dict<string | string[]> = {}
    await using host = await startDocumentHost((request, response) => {
      headers = request.headers
      response.end('{}')
    })
    await host.fetch()(new URL(host.url('/c')), LIMITS)
    expect(Object.keys(headers).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent'])
  })

  it.each(['http://client.example/c', 'https://user@client.example/c', 'ftp://client.example/c'])(
    'refuses %s',
    async (url) => {
      const fetching = publicDocuments({ lookup: async () => ['1.1.1.1'] })(new URL(url), LIMITS)
      expect(await codeOf(fetching)).toBe('blocked')
    },
  )

  it('trusts no certificate for another name', async () => {
    await using host = await startDocumentHost((_request, response) => response.end('{}'))
    expect(await codeOf(host.fetch()(new URL(host.url('/c', 'bank.example')), LIMITS))).toBe('unreachable')
  })
})
