import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { answer, createSigningIn, reachConsent, type SigningIn } from '../fixtures/signing-in.ts'
import { createPkce, ISSUER, redeem, refresh, sent, tokensOf } from '../fixtures/world.ts'

const HOUR = 3_600_000
const CALLBACK = 'https://editor.example/cb'

const metadata = { client_name: 'Editor', redirect_uris: [CALLBACK] }

const register = async (
  { oauth }: Pick<SigningIn, 'oauth'>,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Headers
}> => {
  const response = await oauth.fetch(
    new Request(`${ISSUER}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  )
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  }
}

/** A server that takes registrations, with a count of what it stored. */
const createRegistrar = (options: Parameters<typeof createSigningIn>[0] = {}) => {
  const world = createSigningIn({
    registration: true,
    clientAddress: (request) => request.headers.get('x-test-address') ?? undefined,
    ...options,
  })
  const registered = () => world.events.filter(({ type }) => type === 'client.registered').length
  return { ...world, registered }
}

const getTokens = async (world: SigningIn, clientId: string) => {
  const browser = world.newBrowser()
  const { verifier, challenge } = createPkce()
  const asked = await reachConsent(browser, { client_id: clientId, redirect_uri: CALLBACK, code_challenge: challenge })
  const { code = '' } = sent(await answer(browser, asked, 'approve'))
  return tokensOf(await redeem(world.oauth, { code, verifier }, { client_id: clientId, redirect_uri: CALLBACK }))
}

describe('dynamic registration', () => {
  it('makes a public client and says what it is', async () => {
    const world = createRegistrar()
    const { status, body, headers } = await register(world, {
      ...metadata,
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'x',
    })
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      client_id: expect.stringMatching(/^self-[\w-]{43}$/),
      client_id_issued_at: Math.floor(world.clock.now / 1000),
      client_name: 'Editor',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    })
    expect(world.oauth.metadata['registration_endpoint']).toBe(`${ISSUER}/register`)
    await getTokens(world, String(body['client_id']))
  })

  it('keeps public keys of a client that proves itself by them', async () => {
    const jwks = { keys: [await exportJWK((await generateKeyPair('ES256')).publicKey)] }
    const { body } = await register(createRegistrar(), {
      ...metadata,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks,
    })
    expect(body).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt', jwks })
  })

  it('answers browsers of any origin', async () => {
    const { oauth } = createRegistrar()
    const response = await oauth.fetch(new Request(`${ISSUER}/register`, { method: 'OPTIONS' }))
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
  })

  it.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://a/b',
    'vbscript:x',
  ])('TA4: refuses a registration with the redirect %j', async (uri) => {
    const world = createRegistrar()
    const { status, body } = await register(world, { redirect_uris: [CALLBACK, uri] })
    expect(status).toBe(400)
    expect(body['error']).toBe('invalid_redirect_uri')
    expect(world.registered()).toBe(0)
  })

  it('TA4: refuses those schemes even when the operator names them', async () => {
    const world = createRegistrar({ redirectSchemes: ['javascript', 'data', 'file', 'cursor'] })
    for (const uri of ['javascript:alert(1)', 'data:text/html,x', 'file:///x']) {
      expect((await register(world, { redirect_uris: [uri] })).body['error']).toBe('invalid_redirect_uri')
    }
    expect((await register(world, { redirect_uris: ['cursor://anysphere/cb'] })).status).toBe(201)
  })

  // spec: security-redirect-https
  it.each(['http://localhost.evil.com/cb', 'http://127.0.0.1.nip.io/cb', 'http://evil.com/cb', 'https:evil.com'])(
    'TA5: refuses a registration with the redirect %s',
    async (uri) => {
      const world = createRegistrar()
      expect((await register(world, { redirect_uris: [uri] })).body['error']).toBe('invalid_redirect_uri')
      expect(world.registered()).toBe(0)
    },
  )

  it('TA7: refuses a private-use scheme and names the option', async () => {
    const { status, body } = await register(createRegistrar(), { redirect_uris: ['cursor://anysphere/cb'] })
    expect(status).toBe(400)
    expect(body['error_description']).toContain('redirectSchemes')
  })

  it('TA64: takes ten registrations an hour from one address, and 300 from all', async () => {
    const world = createRegistrar()
    const statuses: number[] = []
    for (let i = 0; i < 10_000; i++) {
      const address = `10.0.${i % 100 === 0 ? 0 : i % 50}.1`
      statuses.push((await register(world, metadata, { 'x-test-address': address })).status)
    }
    expect(world.registered()).toBe(300)
    expect(statuses.filter((status) => status === 201).length).toBe(300)
    expect(new Set(statuses)).toEqual(new Set([201, 429]))
    world.clock.now += HOUR
    const one = await Promise.all(
      Array.from({ length: 20 }, () => register(world, metadata, { 'x-test-address': '1.1.1.1' })),
    )
    expect(one.filter(({ status }) => status === 201).length).toBe(10)
    expect(one.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('3600')
  })

  it('TA64: reads 8 KiB at most', async () => {
    const world = createRegistrar()
    const { status, body } = await register(world, { ...metadata, client_name: 'x'.repeat(1_000_000) })
    expect(status).toBe(413)
    expect(body['error']).toBe('invalid_request')
    expect(world.registered()).toBe(0)
  })

  it.each([
    [
      '500 redirects',
      { redirect_uris: Array.from({ length: 500 }, (_, i) => `https://a/${i}`) },
      'invalid_redirect_uri',
    ],
    ['21 redirects', { redirect_uris: Array.from({ length: 21 }, (_, i) => `https://a/${i}`) }, 'invalid_redirect_uri'],
    ['no redirect', {}, 'invalid_redirect_uri'],
    ['the implicit grant', { ...metadata, grant_types: ['implicit'] }, 'invalid_client_metadata'],
    [
      'the implicit grant beside codes',
      { ...metadata, grant_types: ['authorization_code', 'implicit'] },
      'invalid_client_metadata',
    ],
    ['client credentials', { ...metadata, grant_types: ['client_credentials'] }, 'invalid_client_metadata'],
    [
      'assertions',
      { ...metadata, grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:jwt-bearer'] },
      'invalid_client_metadata',
    ],
    ['the response type token', { ...metadata, response_types: ['token'] }, 'invalid_client_metadata'],
    ['keys at an address', { ...metadata, jwks_uri: 'https://169.254.169.254/keys' }, 'invalid_client_metadata'],
    [
      'private_key_jwt without keys',
      { ...metadata, token_endpoint_auth_method: 'private_key_jwt' },
      'invalid_client_metadata',
    ],
    ['a private key', { ...metadata, jwks: { keys: [{ kty: 'EC', d: 'x' }] } }, 'invalid_client_metadata'],
    ['a list', [], 'invalid_client_metadata'],
    ['no JSON', '{', 'invalid_client_metadata'],
    ['a member twice', '{"redirect_uris":["https://a/b"],"redirect_uris":["https://c/d"]}', 'invalid_client_metadata'],
  ])('TA64: refuses %s', async (_name, body, error) => {
    const fetched: string[] = []
    const world = createRegistrar({
      clientDocuments: { fetch: async (url) => Promise.reject(new Error(String(fetched.push(url.href)))) },
    })
    const answered = await register(world, body)
    expect(answered.status).toBe(400)
    expect(answered.body['error']).toBe(error)
    expect(answered.body['error_description']).toMatch(/^[\w .,;:’[\]-]+$/)
    expect(world.registered()).toBe(0)
    expect(fetched).toEqual([])
  })

  it.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text', { 'content-type': 'text/plain' }],
  ])('TA64: refuses %s', async (_name, headers) => {
    expect((await register(createRegistrar(), metadata, headers)).body['error']).toBe('invalid_client_metadata')
  })

  it('TA64: drops what it does not know', async () => {
    const { body } = await register(createRegistrar(), {
      ...metadata,
      logo_uri: 'https://evil.example/pixel',
      admin: true,
      ['__proto__']: { admin: true },
    })
    expect(Object.keys(body)).not.toContain('logo_uri')
    expect(Object.keys(body)).not.toContain('admin')
  })

  it('TA63: never shows a picture of a stranger', async () => {
    const world = createRegistrar()
    const logo = 'https://10.0.0.1/pixel.png'
    world.document.current = { ...world.document.current, logo_uri: logo }
    const { body } = await register(world, { ...metadata, logo_uri: logo })
    for (const client_id of [String(body['client_id']), 'https://editor.example/client.json']) {
      const { html, response } = await reachConsent(world.newBrowser(), { client_id, redirect_uri: CALLBACK })
      expect(html).not.toMatch(/pixel|<img/)
      expect(response.headers.get('content-security-policy')).not.toContain('img-src')
    }
  })

  it('TA65: is off unless it is asked for', async () => {
    const { oauth } = createSigningIn()
    expect(oauth.handles('/register')).toBe(false)
    expect((await oauth.fetch(new Request(`${ISSUER}/register`, { method: 'POST', body: '{}' }))).status).toBe(404)
    expect(oauth.metadata).not.toHaveProperty('registration_endpoint')
  })

  it('TA66: forgets a client that got no token within a day', async () => {
    const world = createRegistrar()
    const clientId = String((await register(world, metadata)).body['client_id'])
    world.clock.now += 24 * HOUR - 1
    await reachConsent(world.newBrowser(), { client_id: clientId, redirect_uri: CALLBACK })
    world.clock.now += 1
    const url = new URL(`${ISSUER}/authorize`)
    url.searchParams.set('client_id', clientId)
    url.searchParams.set('redirect_uri', CALLBACK)
    expect((await world.oauth.fetch(new Request(url))).status).toBe(400)
    expect(world.grants).toEqual([])
  })

  it('TA66: keeps a client that gets tokens, and gives nothing for its grants once it is forgotten', async () => {
    const world = createRegistrar()
    const clientId = String((await register(world, metadata)).body['client_id'])
    const { refresh: first } = await getTokens(world, clientId)
    world.clock.now += 25 * HOUR
    const next = tokensOf(await refresh(world.oauth, first, { client_id: clientId }))
    await world.store.removeClient(clientId)
    const after = await refresh(world.oauth, next.refresh, { client_id: clientId })
    expect(after.status).toBe(401)
    expect(after.body['error']).toBe('invalid_client')
  })

  it('TA67: gives the client an id of its own, whatever it asks for', async () => {
    const world = createRegistrar()
    for (const client_id of ['https://editor.example/client.json', 'app', 'self-1']) {
      const { body } = await register(world, { ...metadata, client_id, client_secret: 's' })
      expect(body['client_id']).toMatch(/^self-[\w-]{43}$/)
      expect(body).not.toHaveProperty('client_secret')
    }
  })
})
