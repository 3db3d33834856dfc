import { describe, expect, it } from 'vitest'
import { protectedResource, sharedIssuer } from '../../auth.ts'
import { createIssuer, ISSUER } from '../../auth/fixtures/issuer.ts'
import { SUITE } from '../../call/index.ts'
import { together } from '../../compose.ts'
import { callTool, properHeaders } from '../../http/fixtures/cases.ts'
import { mcp } from '../../index.ts'
import { indexPage, landingPage } from '../../landing/index.ts'
import type { ServedIssuer } from './start-issuer.ts'
import { suite, type SuiteOptions } from './suite.ts'

const context = { waitUntil: () => {} }
const BROWSER = { accept: 'text/html' }

/** Two servers and one that is both, with an issuer of which tests say what it signs. */
async function setUp(options: Partial<SuiteOptions> = {}) {
  const { sign, jwks } = await createIssuer()
  const signIn = sharedIssuer(ISSUER)
  const make = (name: string, path: string) => {
    const scopes = { [`${name}:read`]: { title: `Read ${name}`, risk: 'low', baseline: true } } as const
    const kit = mcp({ name, version: '1', auth: signIn.protect(path), scopes, log: () => {} })
    const look = kit.tool({ description: 'Look.', effect: 'read', scopes: [`${name}:read`], run: () => name })
    return kit.server({ tools: { look } })
  }
  const parts = { books: make('books', '/books/mcp'), loans: make('loans', '/loans/mcp') }
  const { scopes, mounts } = together(parts)
  const all = mcp({
    name: 'all',
    title: 'All',
    version: '1',
    auth: signIn.protect('/mcp'),
    scopes,
    log: () => {},
  }).server({
    mounts,
  })
  const told: unknown[] = []
  const createIssuer_ = (shared: object): ServedIssuer => {
    told.push(shared)
    return {
      issuer: ISSUER,
      jwks: () => jwks,
      isGrantLive: () => true,
      handles: (path) => path === '/authorize',
      fetch: () => new Response('issuer'),
    }
  }
  const app = suite({ ...parts, all }, { issuer: signIn, createIssuer: createIssuer_, ...options })
  const ask = async (path: string, init?: RequestInit): Promise<Response> =>
    app.fetch(new Request(ISSUER + path, init), {}, context)
  const call = async (path: string, token?: string, tool = 'look'): Promise<Response> => {
    const body = callTool(tool)
    const headers = { ...properHeaders(body), ...(token !== undefined && { authorization: `Bearer ${token}` }) }
    return ask(path, { method: 'POST', headers, body })
  }
  return { app, ask, call, sign, told, signIn, parts }
}

const PATHS = ['/books/mcp', '/loans/mcp', '/mcp'] as const
const EVERYTHING = 'books:read loans:read'

describe('suite()', () => {
  it('gives each server its own path, resource, scopes and description', async () => {
    const { ask, call } = await setUp()
    for (const [path, scopes] of [
      ['/books/mcp', ['books:read']],
      ['/loans/mcp', ['loans:read']],
      ['/mcp', ['books:read', 'loans:read']],
    ] as const) {
      const metadata = `/.well-known/oauth-protected-resource${path}`
      const described = await ask(metadata)
      expect(await described.json()).toMatchObject({
        resource: ISSUER + path,
        authorization_servers: [ISSUER],
        scopes_supported: scopes,
      })
      const refused = await call(path)
      expect(refused.status).toBe(401)
      expect(refused.headers.get('www-authenticate')).toBe(
        `Bearer scope="${scopes.join(' ')}", resource_metadata="${ISSUER}${metadata}"`,
      )
    }
  })

  it.each([
    '/',
    '/mcp/',
    '/books',
    '/books/mcp/',
    '/books/mcp/x',
    '/x/books/mcp',
    '//books/mcp',
    '/Books/mcp',
    '/books%2Fmcp',
    '/books/mcp%00',
    '/loans',
    '/constructor/mcp',
    '/__proto__/mcp',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/books',
    '/.well-known/oauth-protected-resource/x/books/mcp',
  ])('answers nothing at %s', async (path) => {
    const { call, ask, sign } = await setUp()
    const token = await sign({ aud: `${ISSUER}/books/mcp`, scope: EVERYTHING })
    expect((await call(path, token)).status).toBe(404)
    expect((await ask(path)).status).toBe(404)
  })

  it('lets programs of other sites read that a description is not there', async () => {
    const { ask } = await setUp()
    const missing = await ask('/.well-known/oauth-protected-resource')
    expect([missing.status, missing.headers.get('access-control-allow-origin')]).toEqual([404, '*'])
  })

  // spec: auth-token-audience
  it('takes a token at the server that it is for, and at no other', async () => {
    const { call, sign } = await setUp()
    for (const aud of PATHS) {
      const token = await sign({ aud: ISSUER + aud, scope: EVERYTHING })
      for (const path of PATHS) {
        const tool = path === '/mcp' ? 'books_look' : 'look'
        expect([aud, path, (await call(path, token, tool)).status]).toEqual([aud, path, aud === path ? 200 : 401])
      }
    }
  })

  it.each([
    ['several of them', PATHS.map((path) => ISSUER + path)],
    ['the whole host', ISSUER],
    ['the whole host, with a slash', `${ISSUER}/`],
    ['a folder', `${ISSUER}/books`],
    ['another spelling of the path', `${ISSUER}/books/mcp/`],
    ['the path below another', `${ISSUER}/mcp/../books/mcp`],
    ['nothing', undefined],
  ])('takes no token that is for %s', async (_, aud) => {
    const { call, sign } = await setUp()
    const token = await sign({ aud, scope: EVERYTHING })
    for (const path of PATHS) expect((await call(path, token)).status).toBe(401)
  })

  it('opens nothing by scopes of another server', async () => {
    const { call, sign } = await setUp()
    const token = await sign({ aud: `${ISSUER}/books/mcp`, scope: 'loans:read' })
    expect((await call('/books/mcp', token)).status).toBe(403)
  })

  it('keeps each permission narrow where all are one server, and asks for the one that is missing', async () => {
    const { call, sign } = await setUp()
    const token = await sign({ aud: `${ISSUER}/mcp`, scope: 'books:read' })
    expect(await (await call('/mcp', token, 'books_look')).text()).toContain('books')
    const refused = await call('/mcp', token, 'loans_look')
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringMatching(/error="insufficient_scope".*scope="loans:read".*oauth-protected-resource\/mcp"/),
    ])
  })

  it('tells its issuer of each resource, in the words of the servers', async () => {
    const { told, ask } = await setUp()
    expect(await (await ask('/authorize')).text()).toBe('issuer')
    const scope = (name: string) => ({ [`${name}:read`]: { title: `Read ${name}`, risk: 'low', baseline: true } })
    expect(told).toEqual([
      {
        issuer: ISSUER,
        resources: [
          { resource: `${ISSUER}/books/mcp`, title: 'books', scopes: scope('books') },
          { resource: `${ISSUER}/loans/mcp`, title: 'loans', scopes: scope('loans') },
          { resource: `${ISSUER}/mcp`, title: 'All', scopes: { ...scope('books'), ...scope('loans') } },
        ],
      },
    ])
  })

  it('shows people which servers there are, and each of them', async () => {
    const { ask } = await setUp({ landing: landingPage(), index: indexPage({ title: '<b>Shop</b>' }) })
    const page = await ask('/', { headers: BROWSER })
    const html = await page.text()
    expect(html).toContain(`<h1>&lt;b&gt;Shop&lt;/b&gt;</h1><p class="soft">3 MCP servers</p>`)
    for (const path of PATHS) expect(html).toContain(`<a href="${ISSUER}${path}">`)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await (await ask('/loans/mcp', { headers: BROWSER })).text()).toContain('<h1>loans</h1>')
    expect((await ask('/', { method: 'POST', headers: BROWSER })).status).toBe(404)
  })

  it('serves what is not protected under its name', async () => {
    const kit = mcp({ name: 'tides', version: '1' })
    const look = kit.tool({ description: 'Look.', effect: 'read', run: () => 'high' })
    const { fetch, [SUITE]: served } = suite({ tides: kit.server({ tools: { look } }) })
    const { plan } = served
    const body = callTool('look')
    const request = new Request('https://x.example/tides/mcp', { method: 'POST', headers: properHeaders(body), body })
    expect((await fetch(request, {}, context)).status).toBe(200)
    expect(plan.members['tides']).toMatchObject({ path: '/tides/mcp', resource: undefined, asksIssuer: false })
  })
})

describe('the plan of a suite', () => {
  it('gives each server what its tools name and what the suite says, and the objects what runs in them', () => {
    interface Env {
      readonly DB: object
      readonly QUEUE: object
    }
    const make = (name: string, binding: keyof Env, long: boolean) => {
      const kit = mcp({ name, version: '1' })
      const { tool } = kit.bindings<Env>()
      const look = tool({ description: 'Look.', effect: 'read', long, bindings: [binding], run: () => name })
      return kit.server({ tools: { look } })
    }
    const servers = { books: make('books', 'DB', false), loans: make('loans', 'QUEUE', true) }
    const { mounts } = together(servers)
    const all = mcp({ name: 'all', version: '1' }).server({ mounts })
    const app = suite({ ...servers, all }, { bindings: { books: ['HAWSER'], owner: ['OAUTH'] } })
    const { members, owner } = app[SUITE].plan
    expect(Object.values(members).map(({ bindings }) => bindings)).toEqual([
      ['DB', 'HAWSER'],
      ['QUEUE'],
      ['DB', 'QUEUE'],
    ])
    expect(owner).toEqual({ issuer: undefined, bindings: ['QUEUE', 'OAUTH'] })
  })
})

describe('what suite() refuses to load', () => {
  const server = (path?: string) =>
    mcp({
      name: 'x',
      version: '1',
      ...(path && { auth: protectedResource({ resource: `https://x.example${path}`, issuer: ISSUER, root: false }) }),
    }).server({})
  const issuer = (): ServedIssuer => ({
    issuer: 'https://other.example.com',
    jwks: () => ({ keys: [] }),
    handles: (path) => path === '/a/mcp',
    fetch: () => new Response(),
  })

  it.each<[string, () => unknown, string]>([
    [
      'two servers at one path',
      () => suite({ a: server('/mcp'), b: server('/mcp') }),
      'suite({ b }): something else answers /mcp already.',
    ],
    [
      'two descriptions at the root of a host',
      () => {
        const auth = (path: string) => protectedResource({ resource: `https://x.example${path}`, issuer: ISSUER })
        const at = (path: string) => mcp({ name: 'x', version: '1', auth: auth(path) }).server({})
        return suite({ a: at('/a'), b: at('/b') })
      },
      'suite({ b }): something else answers /.well-known/oauth-protected-resource already.',
    ],
    ['a server at the path of what is beside', () => suite({ a: server() }, { beside: issuer() }), 'answers /a/mcp'],
    ['names that no Worker can have', () => suite({ 'a/b': server() }), 'suite({ "a/b": … })'],
    ['the name of the part with the issuer', () => suite({ owner: server() }), 'and not "owner"'],
    ['an issuer that nobody knows', () => suite({ a: server() }, { createIssuer: issuer }), 'needs `issuer`'],
    [
      'servers that mean different things by one scope',
      () => {
        const kit = mcp({ name: 'x', version: '1', scopes: { read: 'Read' } })
        return together({ a: kit.server({}), b: kit.server({}) })
      },
      'The servers "a" and "b" both have a scope "read"',
    ],
  ])('%s', (_, load, message) => {
    expect(load).toThrow(message)
  })

  it.each([
    ['of another name', 'https://login.example.com', 'calls itself https://other.example.com'],
    ['at the path of a server', 'https://other.example.com', 'The issuer answers /a/mcp'],
  ])('an issuer %s, as soon as it is asked', async (_, name, message) => {
    const app = suite({ a: server() }, { issuer: sharedIssuer(name), createIssuer: issuer })
    const asked = app.fetch(new Request('https://x.example/authorize'), {}, context)
    await expect(asked).rejects.toThrow(message)
  })
})
