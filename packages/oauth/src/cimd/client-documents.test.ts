import { describe, expect, it } from 'vitest'
import { memoryStore } from '../memory-store.ts'
import type { GrantStore } from '../store.ts'
import { FetchDocumentError, type FetchDocument } from './fetch-document.ts'
import { createClientDocuments, freshFor, type ClientDocumentsOptions } from './client-documents.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const ID = 'https://client.example/client.json'

const documentOf = (id: string, members: object = {}): string =>
  JSON.stringify({ client_id: id, client_name: 'Editor', redirect_uris: ['https://client.example/cb'], ...members })

const answer = (body: string, members: object = {}) => ({
  status: 200,
  contentType: 'application/json',
  cacheControl: '',
  age: 0,
  body: new TextEncoder().encode(body),
  ...members,
})

/** A bench with a clock of its own and a counter like that of the stores. */
const bench = (
  fetch: FetchDocument,
  options: Partial<ClientDocumentsOptions> & {
    readonly own?: readonly string[]
    readonly store?: GrantStore
    readonly redirectSchemes?: ReadonlySet<string>
  } = {},
) => {
  let time = 1_800_000_000_000
  const hits = new Map<string, { count: number; until: number }>()
  const changed: string[] = []
  const fetched: string[] = []
  const documents = createClientDocuments(
    {
      ...options,
      fetch: (url, limits) => {
        fetched.push(url.href)
        return fetch(url, limits)
      },
    },
    {
      own: options.own ?? ['https://as.example'],
      redirectSchemes: options.redirectSchemes,
      documents: options.store ?? memoryStore(),
      now: () => time,
      changed: async ({ id }) => void changed.push(id),
      hit: async (bucket, limit, windowMs) => {
        const known = hits.get(bucket)
        const next = known && known.until > time ? known : { count: 0, until: time + windowMs }
        next.count++
        hits.set(bucket, next)
        return next.count <= limit
      },
    },
  )
  const codeOf = async (id: string, address?: string): Promise<unknown> =>
    documents.load(id, { address }).then(
      () => 'known',
      (error: unknown) => (error as { code?: unknown }).code,
    )
  return { documents, codeOf, fetched, changed, pass: (ms: number) => void (time += ms) }
}

const good: FetchDocument = async (url) => answer(documentOf(url.href))

describe('createClientDocuments', () => {
  it('knows a client by the document at its address, which it fetches once', async () => {
    const { documents, fetched } = bench(good)
    expect(await documents.load(ID)).toMatchObject({ kind: 'document', name: 'Editor' })
    expect(await documents.load(ID)).toMatchObject({ kind: 'document' })
    expect(fetched).toEqual([ID])
  })

  it('TA51: knows no client of an address that must not be asked', async () => {
    const blocked = new FetchDocumentError('blocked', 'client.example leads to 10.0.0.1, which is not public')
    expect(await bench(async () => Promise.reject(blocked)).codeOf(ID)).toBe('fetch')
  })

  it('TA58: judges the address before anything is fetched', async () => {
    const { codeOf, fetched } = bench(good)
    for (const id of [
      'http://client.example/c',
      'https://client.example/a/../c',
      'https://a@client.example/c',
      'https://client.example/#',
    ]) {
      expect(await codeOf(id)).toBe('client_id')
    }
    expect(fetched).toEqual([])
  })

  it('TA61: fetches nothing from itself, from a sibling of the same host, or from its resources', async () => {
    const own = ['https://as.example/tenant-a', 'https://notes.example:8443/mcp']
    const { codeOf, fetched } = bench(good, { own })
    for (const id of [
      'https://as.example/tenant-a/c',
      'https://as.example/tenant-b/c',
      'https://notes.example:8443/c',
    ]) {
      expect(await codeOf(id)).toBe('own_host')
    }
    expect(fetched).toEqual([])
  })

  it('TA61: fetches no keys from itself either', async () => {
    const keyed = { jwks_uri: 'https://as.example/jwks', token_endpoint_auth_method: 'private_key_jwt' }
    const { codeOf, fetched } = bench(async (url) => answer(documentOf(url.href, keyed)))
    expect(await codeOf(ID)).toBe('own_host')
    expect(fetched).toEqual([ID])
  })

  it.each([
    ['HTML', { contentType: 'text/html' }, 'response'],
    ['text', { contentType: 'text/plain' }, 'response'],
    ['no type', { contentType: '' }, 'response'],
    ['a type that only contains json', { contentType: 'text/json' }, 'response'],
    ['404', { status: 404 }, 'response'],
    ['500', { status: 500 }, 'unwell'],
    ['429', { status: 429 }, 'unwell'],
    ['201', { status: 201 }, 'response'],
    ['301', { status: 301 }, 'response'],
    ['an invalid document', { body: new TextEncoder().encode('{}') }, 'document'],
  ])('TA59: does not remember %s, and knows the client once its host is well', async (_name, wrong, code) => {
    let isWell = false
    const { codeOf } = bench(async (url) => answer(documentOf(url.href), isWell ? {} : wrong))
    expect(await codeOf(ID)).toBe(code)
    isWell = true
    expect(await codeOf(ID)).toBe('known')
  })

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/oauth-client+json'])(
    'TA59: takes %s',
    async (contentType) => {
      expect(await bench(async (url) => answer(documentOf(url.href), { contentType })).codeOf(ID)).toBe('known')
    },
  )

  it('TA59: asks a failing host five times a minute at most', async () => {
    const { codeOf, fetched, pass } = bench(async () => answer('', { status: 500 }))
    for (let i = 0; i < 5; i++) expect(await codeOf(ID)).toBe('unwell')
    for (let i = 0; i < 20; i++) expect(await codeOf(ID)).toBe('limited')
    expect(fetched.length).toBe(5)
    pass(MINUTE)
    expect(await codeOf(ID)).toBe('unwell')
  })

  // spec: registration-document-cached
  it.each([
    ['max-age=1000000000', 0, 24 * HOUR],
    ['public, max-age=3600', 0, HOUR],
    ['max-age="3600"', 0, HOUR],
    ['max-age=3600', 1800, HOUR / 2],
    ['max-age=3600', 7200, 5 * MINUTE],
    ['max-age=3600', -7200, HOUR],
    ['no-store', 0, 5 * MINUTE],
    ['no-cache, max-age=3600', 0, 5 * MINUTE],
    ['', 0, 5 * MINUTE],
    ['max-age=-1', 0, 5 * MINUTE],
    ['max-age=x', 0, 5 * MINUTE],
  ])('TA60: keeps a document with Cache-Control %j and Age %i for %i ms', async (cacheControl, age, expected) => {
    expect(freshFor({ cacheControl, age })).toBe(expected)
    const { codeOf, fetched, pass } = bench(async (url) => answer(documentOf(url.href), { cacheControl, age }))
    await codeOf(ID)
    pass(expected - 1)
    await codeOf(ID)
    expect(fetched.length).toBe(1)
    pass(1)
    await codeOf(ID)
    expect(fetched.length).toBe(2)
  })

  it('TA60: tells that a document changed, with another fingerprint', async () => {
    let name = 'Editor'
    const { documents, changed, pass } = bench(async (url) => answer(documentOf(url.href, { client_name: name })))
    const first = await documents.load(ID)
    pass(HOUR)
    await documents.load(ID)
    expect(changed).toEqual([])
    name = 'Bank'
    pass(HOUR)
    expect((await documents.load(ID)).fingerprint).not.toBe(first.fingerprint)
    expect(changed).toEqual([ID])
  })

  // spec: registration-document-security
  it('TA62: fetches 20 of 1 000 documents that one address asks for in a minute', async () => {
    const { codeOf, fetched } = bench(good)
    const codes = []
    for (let i = 0; i < 1000; i++) codes.push(await codeOf(`https://c${i}.example/c`, 'address-1'))
    expect(codes.filter((code) => code === 'known').length).toBe(20)
    expect(fetched.length).toBe(20)
    expect(await codeOf('https://other.example/c', 'address-2')).toBe('known')
  })

  it('TA62: asks one host 20 times a minute at most, whoever asks', async () => {
    const { codeOf, fetched } = bench(good)
    for (let i = 0; i < 1000; i++) await codeOf(`https://victim.example/c${i}`, `address-${i}`)
    expect(fetched.length).toBe(20)
  })

  it('TA62: counts the keys of many clients against the host they lie on', async () => {
    const keyed = { jwks_uri: 'https://victim.example/keys', token_endpoint_auth_method: 'private_key_jwt' }
    const { codeOf, fetched } = bench(async (url) => answer(documentOf(url.href, keyed)))
    for (let i = 0; i < 100; i++) await codeOf(`https://c${i}.example/c`)
    expect(fetched.filter((url) => url.startsWith('https://victim.example')).length).toBe(20)
  })

  it('TA62: fetches one document once for a hundred who wait for it', async () => {
    const { documents, fetched } = bench(async (url) => {
      await new Promise((resolve) => setImmediate(resolve))
      return answer(documentOf(url.href))
    })
    const clients = await Promise.all(Array.from({ length: 100 }, () => documents.load(ID)))
    expect(new Set(clients).size).toBe(1)
    expect(fetched).toEqual([ID])
  })

  it('TA62: fetches 32 documents at the same time at most', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { codeOf, fetched } = bench(async (url) => {
      await promise
      return answer(documentOf(url.href))
    })
    const all = Array.from({ length: 100 }, (_, i) => codeOf(`https://c${i}.example/c`))
    await new Promise((done) => setImmediate(done))
    expect(fetched.length).toBe(32)
    resolve()
    expect((await Promise.all(all)).filter((code) => code === 'limited').length).toBe(68)
  })

  it('keeps a thousand documents and forgets the oldest', async () => {
    const { documents, fetched, pass } = bench(async (url) =>
      answer(documentOf(url.href), { cacheControl: 'max-age=86400' }),
    )
    for (let i = 0; i <= 1000; i++) {
      await documents.load(`https://c${i}.example/c`)
      if (i % 100 === 0) pass(MINUTE)
    }
    expect(fetched.length).toBe(1001)
    await documents.load('https://c1000.example/c')
    expect(fetched.length).toBe(1001)
    await documents.load('https://c0.example/c')
    expect(fetched.length).toBe(1002)
  })

  describe('with others on the same store', () => {
    it('asks a website once for all of them, as long as its answer is fresh', async () => {
      const store = memoryStore()
      const benches = Array.from({ length: 10 }, () => bench(good, { store }))
      for (const each of benches) expect(await each.documents.load(ID)).toMatchObject({ name: 'Editor' })
      expect(benches.flatMap(({ fetched }) => fetched)).toEqual([ID])
      const [first, second] = benches
      second?.pass(5 * MINUTE)
      expect(await second?.codeOf(ID)).toBe('known')
      expect([first?.fetched, second?.fetched]).toEqual([[ID], [ID]])
    })

    it('judges what they fetched by its own rules', async () => {
      const store = memoryStore()
      const scheme = async (url: URL) => answer(documentOf(url.href, { redirect_uris: ['editor:/cb'] }))
      const open = { store, redirectSchemes: new Set(['editor']) }
      expect(await bench(scheme, open).codeOf(ID)).toBe('known')
      const strict = bench(scheme, { store })
      expect([await strict.codeOf(ID), strict.fetched]).toEqual(['document', [ID]])
      expect(await bench(good, { ...open, trust: () => false }).codeOf(ID)).toBe('not_trusted')
      expect(await bench(good, { ...open, own: ['https://client.example'] }).codeOf(ID)).toBe('own_host')
    })

    it('pushes nobody out for those who say that they may be kept for long', async () => {
      const store = memoryStore({ maxEntries: 2 })
      const lasting: FetchDocument = async (url) => answer(documentOf(url.href), { cacheControl: 'max-age=86400' })
      for (const name of ['one', 'two'])
        await bench(lasting, { store }).documents.load(`https://${name}.example/client`)
      await bench(good, { store }).documents.load(ID)
      await bench(lasting, { store }).documents.load('https://three.example/client')
      const last = bench(good, { store })
      expect(await last.documents.load(ID)).toMatchObject({ name: 'Editor' })
      expect(last.fetched).toEqual([])
    })

    it('takes the newer of two for what was known, also where a process knows an older one', async () => {
      const store = memoryStore()
      const named =
        (name: string): FetchDocument =>
        async (url) =>
          answer(documentOf(url.href, { client_name: name }))
      let now = named('Editor')
      const [slow, quick] = [
        bench((...given) => now(...given), { store }),
        bench((...given) => now(...given), { store }),
      ]
      await slow.documents.load(ID)
      now = named('Bank')
      for (const { pass } of [slow, quick]) pass(10 * MINUTE)
      await quick.documents.load(ID)
      for (const { pass } of [slow, quick]) pass(10 * MINUTE)
      await slow.documents.load(ID)
      expect([slow.changed, quick.changed]).toEqual([[], [ID]])
    })

    it('keeps the keys, too, and believes no store that lost them', async () => {
      const store = memoryStore()
      const keys = { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }] }
      const keyed = { jwks_uri: 'https://client.example/keys', token_endpoint_auth_method: 'private_key_jwt' }
      const both: FetchDocument = async (url) =>
        answer(url.pathname === '/keys' ? JSON.stringify(keys) : documentOf(url.href, keyed))
      await bench(both, { store }).documents.load(ID)
      const other = bench(both, { store })
      expect(await other.documents.load(ID)).toMatchObject({ jwks: keys })
      expect(other.fetched).toEqual([])
      const stored = await store.readDocument(ID, 1_800_000_000_000)
      if (stored) await store.saveDocument({ ...stored, keys: undefined }, 1_800_000_000_000)
      const third = bench(both, { store })
      expect(await third.documents.load(ID)).toMatchObject({ jwks: keys })
      expect(third.fetched.length).toBe(2)
    })

    it('TA60: tells that a document changed which another one had fetched', async () => {
      const store = memoryStore()
      await bench(good, { store }).documents.load(ID)
      const other = bench(async (url) => answer(documentOf(url.href, { client_name: 'Bank' })), { store })
      other.pass(5 * MINUTE)
      await other.documents.load(ID)
      expect(other.changed).toEqual([ID])
    })

    it('finds what others fetched while it was kept waiting itself', async () => {
      const store = memoryStore()
      let reads = 0
      // The sixth look comes a moment too early.
      const early: GrantStore = {
        ...store,
        readDocument: (...given) => (reads++ < 6 ? undefined : store.readDocument(...given)),
      }
      const { codeOf } = bench(async () => answer('', { status: 500 }), { store: early })
      for (let i = 0; i < 5; i++) expect(await codeOf(ID)).toBe('unwell')
      await bench(good, { store }).documents.load(ID)
      expect(await codeOf(ID)).toBe('known')
    })
  })

  it('asks only hosts that the operator trusts', async () => {
    const { codeOf, fetched } = bench(good, { trust: (host) => host === 'client.example' })
    expect(await codeOf(ID)).toBe('known')
    expect(await codeOf('https://other.example/c')).toBe('not_trusted')
    expect(fetched).toEqual([ID])
  })

  it('reads the keys that a document points to', async () => {
    const keys = { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }] }
    const keyed = { jwks_uri: 'https://client.example/keys', token_endpoint_auth_method: 'private_key_jwt' }
    const { documents } = bench(async (url) =>
      answer(url.pathname === '/keys' ? JSON.stringify(keys) : documentOf(url.href, keyed), {
        cacheControl: 'max-age=7200',
      }),
    )
    expect(await documents.load(ID)).toMatchObject({ authentication: 'private_key_jwt', jwks: keys })
  })

  it('tells what may pass from what will not', async () => {
    const passing = async (fetch: FetchDocument) =>
      bench(fetch)
        .documents.load(ID)
        .catch((error: { isPassing?: boolean }) => error.isPassing)
    expect(await passing(async () => Promise.reject(new FetchDocumentError('timeout', '')))).toBe(true)
    expect(await passing(async () => Promise.reject(new FetchDocumentError('unreachable', '')))).toBe(true)
    expect(await passing(async () => Promise.reject(new FetchDocumentError('blocked', '')))).toBe(false)
    expect(await passing(async () => answer('', { status: 503 }))).toBe(true)
    expect(await passing(async () => answer('', { status: 404 }))).toBe(false)
    expect(await passing(async () => answer('{}'))).toBe(false)
  })
})
