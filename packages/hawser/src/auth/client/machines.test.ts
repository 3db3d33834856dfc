import { describe, expect, it } from 'vitest'
import { connect } from '../../connect.ts'
import { createWorld, insufficient, ISSUER, json, SERVER, type World } from './fixtures/world.ts'
import {
  clientCredentials,
  type CommonOptions,
  enterprise,
  memoryCredentials,
  type RegisteredClient,
  signIn,
  type SignIn,
  workload,
} from './index.ts'

const IDP = 'https://idp.example.com'

const use = async (world: World, auth: SignIn) => {
  const client = await connect(SERVER, { http: { auth, fetch: world.send } })
  return client
}

const decode = (part: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>

const jwt = (header: object, payload: object): string =>
  [header, payload, {}].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')

describe('a program that signs in as itself', () => {
  const metadata = { token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'] }

  it('shows its secret in a way that every issuer reads', async () => {
    const world = createWorld({ metadata })
    const client = { id: 'a:b+c-d', secret: 's%:t', issuer: ISSUER }
    expect(await (await use(world, clientCredentials({ client, fetch: world.fetch }))).listTools()).toHaveLength(2)
    const [sent] = world.sentTo('/token')
    expect(atob(sent!.headers['authorization']!.replace('Basic ', ''))).toBe('a%3Ab%2Bc-d:s%25%3At')
    expect(Object.fromEntries(new URLSearchParams(sent!.body))).toEqual({
      grant_type: 'client_credentials',
      resource: SERVER,
    })
  })

  it('TC29: signs for the issuer, anew each time and not for long', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    const world = createWorld({ metadata })
    const client: RegisteredClient = { id: 'nightly', issuer: ISSUER, privateKey: { key: pair.privateKey, kid: 'k1' } }
    const session = await use(world, clientCredentials({ client, fetch: world.fetch }))
    await session.listTools()
    for (const token of world.tokens.values()) token.isRevoked = true
    await session.listTools()
    const assertions = world
      .sentTo('/token')
      .map(({ body }) => new URLSearchParams(body).get('client_assertion')?.split('.'))
    const claims = assertions.map((parts) => decode(parts?.[1]))
    expect(decode(assertions[0]?.[0])).toEqual({ alg: 'ES256', kid: 'k1' })
    expect(claims[0]).toMatchObject({ aud: ISSUER, iss: 'nightly', sub: 'nightly' })
    expect(Number(claims[0]?.['exp']) - Number(claims[0]?.['iat'])).toBeLessThanOrEqual(60)
    expect(claims[0]?.['jti']).not.toBe(claims[1]?.['jti'])
    const [header, payload, signature] = assertions[0]!
    const isSigned = await crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-256' },
      pair.publicKey,
      Buffer.from(signature!, 'base64url'),
      new TextEncoder().encode(`${header}.${payload}`),
    )
    expect(isSigned).toBe(true)
  })

  it('shows nothing to an issuer that does not know it', async () => {
    const world = createWorld({ metadata })
    const client = { id: 'nightly', secret: 'canary-secret', issuer: 'https://login.example.net' }
    const session = await use(world, clientCredentials({ client, fetch: world.fetch }))
    await expect(session.listTools()).rejects.toMatchObject({ problem: 'other_issuer' })
    expect(JSON.stringify(world.sent)).not.toContain('canary')
  })

  it('asks for more scopes once, without a person', async () => {
    const world = createWorld(
      { metadata },
      { gate: (token) => (token.scopes.includes('a') ? undefined : insufficient('a')) },
    )
    const client = { id: 'nightly', secret: 's', issuer: ISSUER }
    await (await use(world, clientCredentials({ client, fetch: world.fetch }))).listTools()
    expect(world.sentTo('/token').map(({ body }) => new URLSearchParams(body).get('scope'))).toEqual([null, 'a'])
  })

  it('that is refused does not ask again with every call', async () => {
    const world = createWorld({ metadata, token: () => json({ error: 'unauthorized_client' }, 400) })
    const client = { id: 'nightly', issuer: ISSUER }
    const session = await use(world, workload({ client, assertion: () => 'a.b.c', fetch: world.fetch }))
    for (let calls = 0; calls < 5; calls++)
      await expect(session.listTools()).rejects.toMatchObject({ problem: 'refused' })
    expect(world.sentTo('/token')).toHaveLength(1)
  })

  it('is vouched for by its platform, for the issuer alone', async () => {
    const world = createWorld({ metadata })
    const audiences: string[] = []
    const assertion = (audience: string) => (audiences.push(audience), 'a.b.c')
    await (
      await use(world, workload({ client: { id: 'nightly', issuer: ISSUER }, assertion, fetch: world.fetch }))
    ).listTools()
    expect(audiences).toEqual([ISSUER])
    expect(Object.fromEntries(new URLSearchParams(world.sentTo('/token')[0]?.body))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: 'a.b.c',
      client_id: 'nightly',
      resource: SERVER,
    })
  })
})

describe('a person whom a company vouches for', () => {
  const GOOD = { aud: ISSUER, resource: SERVER, client_id: 'known', exp: 32_503_680_000 }
  const HEADER = { typ: 'oauth-id-jag+jwt' }
  const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'

  const run = async (assertion: string, type = ID_JAG, more: CommonOptions = {}) => {
    const world = createWorld()
    world.issuers.set(IDP, {
      token: () => json({ access_token: assertion, issued_token_type: type, token_type: 'N_A' }),
    })
    const auth = enterprise({
      provider: { id: 'host', secret: 'provider-secret', issuer: IDP },
      idToken: () => 'canary-id-token',
      client: { registered: { id: 'known', secret: 'known-secret', issuer: ISSUER } },
      fetch: world.fetch,
      ...more,
    })
    const session = await use(world, auth)
    return { world, outcome: await session.listTools().catch((error: unknown) => error) }
  }

  it('is signed in with what the company said, and nobody else sees the proof', async () => {
    const { world, outcome } = await run(jwt(HEADER, GOOD))
    expect(outcome).toHaveLength(2)
    const [first, second] = world.sentTo('/token').map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
    expect(first).toMatchObject({
      audience: ISSUER,
      resource: SERVER,
      requested_token_type: ID_JAG,
      subject_token: 'canary-id-token',
    })
    expect(second).toMatchObject({ assertion: jwt(HEADER, GOOD), resource: SERVER })
    expect(world.toldTo(ISSUER)).not.toContain('canary-id-token')
    expect(world.sent.every(({ url }) => !url.includes('canary'))).toBe(true)
  })

  it.each([
    ['of another type', HEADER, GOOD, 'urn:ietf:params:oauth:token-type:access_token'],
    ['with another type inside', { typ: 'JWT' }, GOOD, ID_JAG],
    ['for another issuer', HEADER, { ...GOOD, aud: 'https://evil.example.com' }, ID_JAG],
    ['for two issuers', HEADER, { ...GOOD, aud: [ISSUER, 'https://evil.example.com'] }, ID_JAG],
    ['for another server', HEADER, { ...GOOD, resource: 'https://evil.example.com/mcp' }, ID_JAG],
    ['for another client', HEADER, { ...GOOD, client_id: 'other' }, ID_JAG],
    ['that has expired', HEADER, { ...GOOD, exp: 1 }, ID_JAG],
    ['that never expires', HEADER, { ...GOOD, exp: undefined }, ID_JAG],
  ])('TC30: an assertion %s is shown to nobody', async (_what, header, payload, type) => {
    const { world, outcome } = await run(jwt(header, payload), type)
    expect(outcome).toMatchObject({ problem: 'bad_token' })
    expect(world.sentTo('/token')).toHaveLength(1)
    expect(world.tokens.size).toBe(0)
  })

  it('TC30: nor what is no assertion', async () => {
    const { world, outcome } = await run('canary')
    expect(outcome).toMatchObject({ problem: 'bad_token' })
    expect(world.toldTo(ISSUER)).not.toContain('canary"')
  })
})

describe('tokens that are bound to a key', () => {
  const dpopWorld = (type = 'DPoP') => {
    const proofs: Record<string, unknown>[] = []
    const schemes: string[] = []
    const world = createWorld({
      metadata: { dpop_signing_alg_values_supported: ['ES256'] },
      token: (_form, headers) => {
        proofs.push(decode(headers.get('dpop')?.split('.')[1]))
        return json({
          access_token: `canary-bound-${proofs.length}`,
          token_type: type,
          expires_in: 3600,
          refresh_token: 'r',
        })
      },
    })
    const send = async (request: Request): Promise<Response> => {
      const [scheme, token] = (request.headers.get('authorization') ?? '').split(' ')
      if (new URL(request.url).pathname === '/mcp' && scheme !== '') {
        schemes.push(scheme!)
        const proof = request.headers.get('dpop')
        proofs.push(decode(proof?.split('.')[1]))
        if (scheme !== 'DPoP' || proof === null)
          return new Response(null, { status: 401, headers: { 'www-authenticate': 'DPoP' } })
        const headers = new Headers(request.headers)
        headers.set('authorization', `Bearer ${token}`)
        world.tokens.set(token!, { text: token!, issuer: ISSUER, scopes: [], expiresAt: Infinity, isRevoked: false })
        return world.send(new Request(request, { headers }))
      }
      return world.send(request)
    }
    return { world, send, proofs, schemes }
  }

  const challenge = {
    'www-authenticate':
      'DPoP algs="ES256", resource_metadata="https://notes.example.com/.well-known/oauth-protected-resource/mcp"',
  }

  it('TC26: are sent with a proof of their own for each request, and never as bearer', async () => {
    const { world, send, proofs, schemes } = dpopWorld()
    const store = memoryCredentials()
    const auth = signIn({ ask: world.ask, fetch: world.fetch, dpop: true, store })
    await using client = await connect(SERVER, { http: { auth, fetch: send } })
    await client.listTools()
    await client.call('search')
    expect(new Set(schemes)).toEqual(new Set(['DPoP']))
    expect(new Set(proofs.map(({ jti }) => jti)).size).toBe(proofs.length)
    expect(proofs.at(-1)).toMatchObject({ htm: 'POST', htu: SERVER, ath: expect.any(String) as string })
    // Another process proves with the same key.
    const again = signIn({ ask: undefined, fetch: world.fetch, store })
    await using other = await connect(SERVER, { http: { auth: again, fetch: send } })
    await other.listTools()
    expect(new Set(schemes)).toEqual(new Set(['DPoP']))
    expect(world.pages).toHaveLength(1)
  })

  it('TC26: are not replaced by what an issuer gives unbound', async () => {
    const { world, send, schemes } = dpopWorld('Bearer')
    const auth = signIn({ ask: world.ask, fetch: world.fetch, dpop: true })
    await using client = await connect(SERVER, { http: { auth, fetch: send } })
    await expect(client.listTools()).rejects.toMatchObject({ problem: 'bad_token' })
    expect(schemes).toEqual([])
  })

  it('TC26: are not asked for where that is not turned on', async () => {
    const { world } = dpopWorld()
    const auth = signIn({ ask: world.ask, fetch: world.fetch })
    const fetch = async () => new Response(null, { status: 401, headers: challenge })
    await using client = await connect(SERVER, { http: { auth, fetch } })
    await expect(client.listTools()).rejects.toMatchObject({ problem: 'needs_dpop' })
    expect(world.pages).toEqual([])
    expect(world.sent).toEqual([])
  })

  it('TC26: a server that wants no tokens at all is left alone', async () => {
    const world = createWorld()
    const auth = signIn({ ask: world.ask, fetch: world.fetch })
    const fetch = async () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Negotiate' } })
    await using client = await connect(SERVER, { http: { auth, fetch } })
    await expect(client.listTools()).rejects.toMatchObject({ code: 'missing_token' })
    expect(world.sent).toEqual([])
  })
})
