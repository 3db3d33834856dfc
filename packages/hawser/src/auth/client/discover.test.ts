import { describe, expect, it } from 'vitest'
import { connect } from '../../connect.ts'
import { createWorld, ISSUER, json, SERVER, type World } from './fixtures/world.ts'
import { discoverIssuer, signIn, SignInError, type SignInOptions } from './index.ts'

const listTools = async (world: World, options: SignInOptions = {}) => {
  const auth = signIn({ ask: world.ask, fetch: world.fetch, ...options })
  await using client = await connect(SERVER, { http: { auth, fetch: world.send } })
  return await client.listTools()
}

/** The problem for which nobody was signed in; and that nobody was asked, registered or given anything. */
const refusalOf = async (world: World, options?: SignInOptions): Promise<unknown> => {
  const error = await listTools(world, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(world.pages).toEqual([])
  expect(world.sentTo('/register')).toEqual([])
  expect(world.sentTo('/token')).toEqual([])
  expect(world.tokens.size).toBe(0)
  return error instanceof SignInError ? error.problem : error
}

const missing = () => json({}, 404)

describe('discovery', () => {
  // spec: auth-metadata-used, auth-resource-sent, auth-resource-ours, auth-resource-specific, discovery-challenge
  it('signs in at the issuer that the server names', async () => {
    const world = createWorld()
    expect(await listTools(world)).toHaveLength(2)
    expect(world.pages[0]?.searchParams.get('resource')).toBe(SERVER)
    expect(new URLSearchParams(world.sentTo('/token')[0]?.body).get('resource')).toBe(SERVER)
  })

  // spec: security-pkce-verified
  it.each([
    ['nothing', undefined],
    ['plain', ['plain']],
    ['lower case', ['s256']],
    ['text that contains it', 'S256'],
    ['a number', 256],
  ])('TC1: an issuer that says %s of PKCE is not used, and no page opens', async (_what, methods) => {
    const world = createWorld({ metadata: { code_challenge_methods_supported: methods } })
    expect(await refusalOf(world)).toBe('no_pkce')
  })

  it('TC12: lists of an issuer that are none are as good as left out', async () => {
    const metadata = { scopes_supported: 7, token_endpoint_auth_methods_supported: { length: 1, 0: 'none' } }
    expect(await listTools(createWorld({ metadata }))).toHaveLength(2)
  })

  // spec: security-s256
  it('TC1: an issuer that is vouched for is used with S256 all the same', async () => {
    const world = createWorld({ metadata: { code_challenge_methods_supported: undefined } })
    expect(await listTools(world, { assumePkce: [ISSUER] })).toHaveLength(2)
    expect(world.pages[0]?.searchParams.get('code_challenge_method')).toBe('S256')
  })

  // spec: discovery-same-issuer
  it.each([
    `${ISSUER}/`,
    `${ISSUER}/tenant`,
    'http://login.example.com',
    'https://LOGIN.example.com',
    'https://login.example.com:443',
  ])('TC5: metadata of the issuer %s is not that of the one that was named', async (issuer) => {
    const world = createWorld({ metadata: { issuer } })
    expect(await refusalOf(world)).toBe('bad_metadata')
    // The next place is not tried, as if it could be better there.
    expect(world.sent.filter(({ url }) => url.startsWith(ISSUER))).toHaveLength(1)
  })

  // spec: discovery-with-path, discovery-several
  it('TC5: places are tried in the order of the specification', async () => {
    const issuer = `${ISSUER}/tenant`
    const world = createWorld({}, { issuers: [issuer] })
    world.issuers.clear()
    world.issuers.set(issuer, { discovery: missing })
    expect(await refusalOf(world)).toBe('bad_metadata')
    expect(world.sent.map(({ url }) => url).filter((url) => url.startsWith(ISSUER))).toEqual([
      `${ISSUER}/.well-known/oauth-authorization-server/tenant`,
      `${ISSUER}/.well-known/openid-configuration/tenant`,
      `${ISSUER}/tenant/.well-known/openid-configuration`,
    ])
  })

  // spec: discovery-without-path, discovery-several
  it('TC5: an issuer without a path has two places', async () => {
    const world = createWorld({ discovery: missing })
    expect(await refusalOf(world)).toBe('bad_metadata')
    expect(world.sent.map(({ url }) => url).filter((url) => url.startsWith(ISSUER))).toEqual([
      `${ISSUER}/.well-known/oauth-authorization-server`,
      `${ISSUER}/.well-known/openid-configuration`,
    ])
  })

  const OPENID = [
    [ISSUER, '/.well-known/openid-configuration'],
    [`${ISSUER}/tenant`, '/.well-known/openid-configuration/tenant'],
    [`${ISSUER}/tenant`, '/tenant/.well-known/openid-configuration'],
  ] as const

  /** An issuer whose metadata is that of OpenID, at one place. */
  const createOpenId = (issuer: string, place: string, change: object = {}): World => {
    const world = createWorld({}, { issuers: [issuer] })
    world.issuers.clear()
    const metadata = {
      issuer,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      registration_endpoint: `${ISSUER}/register`,
      jwks_uri: `${ISSUER}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      ...change,
    }
    world.issuers.set(issuer, { discovery: ({ pathname }) => (pathname === place ? json(metadata) : missing()) })
    return world
  }

  // spec: auth-issuer-metadata-used, discovery-several
  it.each(OPENID)('signs in at %s by the metadata of OpenID at %s', async (issuer, place) => {
    expect(await listTools(createOpenId(issuer, place))).toHaveLength(2)
  })

  // spec: security-pkce-openid
  it.each(OPENID)('TC1: refuses %s when its metadata at %s says nothing of PKCE', async (issuer, place) => {
    expect(await refusalOf(createOpenId(issuer, place, { code_challenge_methods_supported: undefined }))).toBe(
      'no_pkce',
    )
  })

  // spec: discovery-same-issuer
  it.each(OPENID)('TC5: refuses %s when the metadata at %s is that of another one', async (issuer, place) => {
    expect(await refusalOf(createOpenId(issuer, place, { issuer: 'https://evil.example.com' }))).toBe('bad_metadata')
  })

  // spec: discovery-challenge-first, discovery-well-known
  it('asks for the description of a server where its challenge says, or else at the path and at the root', async () => {
    const { origin } = new URL(SERVER)
    const places = (world: World) => world.sent.map(({ url }) => url).filter((url) => url.startsWith(`${origin}/.well`))
    const silent = createWorld({}, { challenge: 'Bearer', discovery: missing })
    await refusalOf(silent)
    expect(places(silent)).toEqual([
      `${origin}/.well-known/oauth-protected-resource/mcp`,
      `${origin}/.well-known/oauth-protected-resource`,
    ])
    const place = `${origin}/.well-known/elsewhere`
    const saying = createWorld(
      {},
      {
        challenge: `Bearer resource_metadata="${place}"`,
        discovery: ({ href }) =>
          href === place ? json({ resource: SERVER, authorization_servers: [ISSUER] }) : undefined,
      },
    )
    await listTools(saying)
    expect(places(saying)).toEqual([place])
    const atRoot = createWorld(
      {},
      {
        challenge: 'Bearer',
        discovery: ({ pathname }) =>
          pathname.endsWith('/mcp') ? missing() : json({ resource: origin, authorization_servers: [ISSUER] }),
      },
    )
    expect(await listTools(atRoot)).toHaveLength(2)
  })

  // spec: discovery-challenge-first, auth-scope-order
  it('is told by a challenge also where somebody signs in before anything is called', async () => {
    const { origin } = new URL(SERVER)
    const place = `${origin}/.well-known/elsewhere`
    const script = {
      challenge: `Bearer scope="notes:read", resource_metadata="${place}"`,
      discovery: ({ href }: URL) =>
        href === place
          ? json({ resource: SERVER, authorization_servers: [ISSUER], scopes_supported: ['notes:read', 'notes:all'] })
          : missing(),
    }
    const world = createWorld({}, script)
    const auth = signIn({ ask: world.ask, fetch: world.fetch })
    expect(await auth.signIn(SERVER)).toMatchObject({ scopes: ['notes:read'] })
    expect(world.sentTo('/mcp').map(({ headers }) => headers['authorization'])).toEqual([undefined])
    expect(await discoverIssuer(SERVER, { fetch: world.fetch })).toMatchObject({ issuer: ISSUER })
  })

  // spec: auth-resource-ours, auth-resource-canonical
  it.each([
    'https://evil.example.com/mcp',
    'https://notes.example.com/mcp-evil',
    'https://notes.example.com/mcp/deeper',
    'https://notes.example.com:8443/mcp',
    'http://notes.example.com/mcp',
    'https://notes.example.com/mcp#part',
    'https://user@notes.example.com/mcp',
    'https://notes.example.com/mcp?tenant=2',
    // What the parser of URLs repairs, and an issuer may read otherwise.
    'https://notes.example.com#',
    'https://notes.example.com?',
    'https://@notes.example.com',
    'https:notes.example.com',
    'https://notes.example.com/mcp#',
    'https://notes.example.com/mcp?',
    'https://@notes.example.com/mcp',
    'https://:secret@notes.example.com/mcp',
    'https://notes.example.com/other/../mcp',
    'https://notes.example.com/%2e/mcp',
    'https:notes.example.com/mcp',
    'https:///notes.example.com/mcp',
    'https:\\\\notes.example.com\\mcp',
    'https://ｎotes.example.com/mcp',
    ' https://notes.example.com/mcp',
    'not a url',
    7,
    undefined,
  ])('TC7: metadata about %s is not about this server', async (resource) => {
    expect(await refusalOf(createWorld({}, { metadata: { resource } }))).toBe('bad_metadata')
  })

  // spec: auth-resource-case, auth-resource-sent
  it.each([
    'https://notes.example.com',
    'https://notes.example.com/',
    SERVER,
    'HTTPS://NOTES.example.com/mcp',
    'https://notes.example.com:443/mcp',
  ])('TC7: a server may be part of the resource %s, which is sent as it is written', async (resource) => {
    const world = createWorld({}, { metadata: { resource } })
    await listTools(world)
    expect(world.pages[0]?.searchParams.get('resource')).toBe(resource)
    expect(new URLSearchParams(world.sentTo('/token')[0]?.body).get('resource')).toBe(resource)
  })

  it('TC7: the query of a server is part of what is asked about, and of the resource', async () => {
    const server = `${SERVER}?tenant=2`
    const asked: string[] = []
    const world = createWorld()
    const fetch: World['fetch'] = async (url, init, reach) => {
      asked.push(url)
      if (new URL(url).origin === ISSUER) return world.fetch(url, init, reach)
      if (!url.endsWith('/mcp?tenant=2')) return missing()
      return json({ resource: server, authorization_servers: [ISSUER] })
    }
    expect(await discoverIssuer(server, { fetch })).toMatchObject({ resource: server })
    expect(asked.slice(0, 2)).toEqual([
      server,
      'https://notes.example.com/.well-known/oauth-protected-resource/mcp?tenant=2',
    ])
    // What is about another tenant is not about this one.
    await expect(discoverIssuer(`${SERVER}?tenant=3`, { fetch })).rejects.toThrow(SignInError)
  })

  it('TC10: the scheme of what a server names may be in upper case', async () => {
    const issuer = 'HTTPS://login.example.com'
    const world = createWorld({ metadata: { issuer } }, { issuers: [issuer] })
    expect(await discoverIssuer(SERVER, { fetch: world.fetch })).toMatchObject({ issuer })
  })

  const NEAR = [
    'http://169.254.169.254/latest/meta-data',
    'https://169.254.169.254/',
    'https://[::ffff:169.254.169.254]/',
    'https://[fd00:ec2::254]/',
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://localhost/',
    'https://localhost./',
    'https://10.0.0.1/',
    'http://login.example.com/',
    'file:///etc/passwd',
    'gopher://login.example.com/',
    'https://user:secret@login.example.com/',
    'https:\\\\login.example.com/',
    'https:login.example.com',
    'https:///login.example.com',
    'https://login.example.com#',
    'https://login.example.com/tenant#',
    'https://@login.example.com',
  ]

  // spec: ssrf-considered, ssrf-https, ssrf-private, page-sanitized, security-tls
  it.each(NEAR)('TC10: a server may not send anybody to %s for its metadata', async (place) => {
    const world = createWorld({}, { challenge: `Bearer resource_metadata="${place.replaceAll('\\', '\\\\')}"` })
    expect(await refusalOf(world)).toBe('forbidden_address')
    expect(new Set(world.sent.map(({ url }) => url))).toEqual(new Set([SERVER]))
  })

  // spec: ssrf-considered, ssrf-https, ssrf-private
  it.each(NEAR)('TC10: nor to the issuer %s', async (issuer) => {
    const world = createWorld({}, { issuers: [issuer] })
    expect(await refusalOf(world)).toBe('forbidden_address')
  })

  it.each(['authorization_endpoint', 'token_endpoint', 'registration_endpoint'])(
    'TC10: nor may an issuer by its %s',
    async (name) => {
      expect(await refusalOf(createWorld({ metadata: { [name]: 'https://169.254.169.254/' } }))).toBe(
        'forbidden_address',
      )
    },
  )

  // spec: ssrf-redirects
  it('TC10: redirects are not followed', async () => {
    const redirect = () => new Response(null, { status: 302, headers: { location: 'https://169.254.169.254/' } })
    expect(await refusalOf(createWorld({ discovery: redirect }))).toBe('forbidden_address')
    expect(await refusalOf(createWorld({}, { discovery: redirect }))).toBe('forbidden_address')
  })

  // spec: page-scheme, page-dangerous, page-allowed, page-sanitized
  it.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'http://evil.example.com/authorize',
    'https://login.example.com/"&calc',
    "https://login.example.com/'&calc",
    'https://login.example.com/\nx',
    '//login.example.com/authorize',
    {},
  ])('TC11: no page opens at %s', async (page) => {
    expect(await refusalOf(createWorld({ metadata: { authorization_endpoint: page } }))).toBe('forbidden_address')
  })

  it.each([
    ['is larger than metadata is', new Response('x'.repeat(300_000)), 'bad_metadata'],
    ['is nested deeply', new Response('['.repeat(100_000)), 'bad_metadata'],
    ['is a page', new Response('<html></html>', { headers: { 'content-type': 'text/html' } }), 'bad_metadata'],
    ['is a list', json([{ issuer: ISSUER }]), 'bad_metadata'],
    ['is null', json(null), 'bad_metadata'],
    ['has its members elsewhere', new Response(`{"__proto__":{"issuer":"${ISSUER}"}}`), 'bad_metadata'],
  ])('TC12: metadata that %s is refused', async (_what, response, problem) => {
    expect(await refusalOf(createWorld({ discovery: () => response.clone() }))).toBe(problem)
    expect(await refusalOf(createWorld({}, { discovery: () => response.clone() }))).toBe(problem)
    expect(({} as Record<string, unknown>)['issuer']).toBeUndefined()
  })

  it('TC24: a server without metadata is its own issuer only where that is said', async () => {
    const script = { discovery: missing, challenge: 'Bearer' }
    expect(await refusalOf(createWorld({}, script))).toBe('bad_metadata')
  })

  // spec: auth-resource-always, auth-resource-specific, past-base-url, past-default-endpoints, past-metadata-first
  it.each([
    ['publishes endpoints elsewhere', true],
    ['publishes nothing at all', false],
  ])('TC24: a server that %s is signed in at with all that protects a code', async (_what, publishes) => {
    const { origin } = new URL(SERVER)
    const sent: string[] = []
    const known = {
      issuer: origin,
      authorization_endpoint: `${origin}/oauth/authorize`,
      token_endpoint: `${origin}/oauth/token`,
      code_challenge_methods_supported: ['S256'],
    }
    const answer = async (request: Request): Promise<Response> => {
      const { pathname } = new URL(request.url)
      const body = await request.text()
      sent.push(`${pathname} ${body}`)
      if (pathname === '/.well-known/oauth-authorization-server' && publishes)
        return json({ ...known, registration_endpoint: `${origin}/oauth/register` })
      if (pathname.endsWith('/register')) return json({ ...(JSON.parse(body) as object), client_id: 'c' }, 201)
      if (pathname.endsWith('/token')) return json({ access_token: 't', token_type: 'Bearer' })
      if (pathname !== '/mcp') return json({}, 404)
      return new Response(null, { status: request.headers.has('authorization') ? 400 : 401 })
    }
    const pages: URL[] = []
    const visit = async (page: URL) => {
      pages.push(page)
      return new URL(`http://127.0.0.1:9876/callback?code=x&state=${page.searchParams.get('state')}`)
    }
    const ask = { open: async () => ({ redirectUri: 'http://127.0.0.1:9876/callback', visit, close: () => {} }) }
    const auth = signIn({
      ask,
      fetch: (url, init) => answer(new Request(url, { ...init, body: init.body ?? null })),
      guessIssuer: true,
    })
    await auth.signIn(SERVER)
    const { pathname, searchParams } = pages[0]!
    expect(pathname).toBe(publishes ? '/oauth/authorize' : '/authorize')
    expect([searchParams.get('resource'), searchParams.get('code_challenge_method')]).toEqual([SERVER, 'S256'])
    expect(sent.at(-1)).toMatch(
      publishes ? /^\/oauth\/token .*code_verifier=[\w-]{43}/ : /^\/token .*code_verifier=[\w-]{43}/,
    )
    expect(sent.at(-1)).toContain(`resource=${encodeURIComponent(SERVER)}`)
  })

  // spec: auth-resource-slash
  it('TC24: a server at the root of its origin is a resource without a slash', async () => {
    const { origin } = new URL(SERVER)
    const fetch: World['fetch'] = async () => missing()
    expect(await discoverIssuer(`${origin}/`, { fetch, guessIssuer: true })).toMatchObject({ resource: origin })
  })

  it('TC24: endpoints of another origin are not those of this server', async () => {
    const metadata = {
      issuer: 'https://evil.example.com',
      authorization_endpoint: 'https://evil.example.com/a',
      token_endpoint: 'https://evil.example.com/t',
      code_challenge_methods_supported: ['S256'],
    }
    const discovery = (url: URL) =>
      url.pathname === '/.well-known/oauth-authorization-server' ? json(metadata) : missing()
    expect(await refusalOf(createWorld({}, { discovery }), { guessIssuer: true })).toBe('bad_metadata')
  })

  it.each([
    [500, 'unavailable'],
    [503, 'unavailable'],
    [429, 'unavailable'],
    [401, 'bad_metadata'],
    [403, 'bad_metadata'],
  ])('TC25: metadata that answers %i is not taken for missing', async (status, expected) => {
    const failing = { discovery: () => json({}, status), challenge: 'Bearer' }
    const world = createWorld({}, failing)
    const problem = await refusalOf(world, { guessIssuer: true })
    expect([problem, (problem as { readonly code?: unknown }).code]).toContain(expected)
    expect(world.sent.some(({ url }) => url.endsWith('/.well-known/oauth-authorization-server'))).toBe(false)
  })

  it('TC25: metadata that the challenge names is not missing, whatever is there', async () => {
    expect(await refusalOf(createWorld({}, { discovery: missing }), { guessIssuer: true })).toBe('bad_metadata')
  })

  // spec: past-metadata-first
  it.each([401, 500])(
    'TC25: nor are the endpoints of a server guessed when its metadata as an issuer answers %i',
    async (status) => {
      const discovery = ({ pathname }: URL) => json({}, pathname.includes('oauth-protected-resource') ? 404 : status)
      await refusalOf(createWorld({}, { discovery, challenge: 'Bearer' }), { guessIssuer: true })
    },
  )

  it.each([500, 401])('TC25: an issuer that answers %i is not taken for one without metadata', async (status) => {
    const world = createWorld({ discovery: () => json({}, status) })
    await refusalOf(world, { guessIssuer: true })
  })
})
