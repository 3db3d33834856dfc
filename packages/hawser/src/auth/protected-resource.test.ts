import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Principal } from '../call/index.ts'
import { createIssuer, ISSUER, RESOURCE } from './fixtures/issuer.ts'
import { introspection } from './introspection.ts'
import { protectedResource, type ProtectedResourceOptions } from './protected-resource.ts'

type Issuer = Awaited<ReturnType<typeof createIssuer>>

const open = async (options: Partial<ProtectedResourceOptions> = {}) => {
  const issuer = await createIssuer()
  const auth = protectedResource({ resource: RESOURCE, issuer: ISSUER, fetch: issuer.fetch, ...options })
  return { issuer, auth, present: presentTo(auth) }
}

/** Who a token stands for. */
const presentTo =
  (auth: ReturnType<typeof protectedResource>) =>
  async (token: string): Promise<Principal | undefined> =>
    auth.authenticate(`Bearer ${token}`, { method: 'POST', header: () => undefined })

const refused = (reason: string) => ({ name: 'AuthorizationError', code: 'invalid_token', reason })

afterEach(() => {
  vi.useRealTimers()
})

describe('a token of an issuer', () => {
  it('says who calls, from where, and until when', async () => {
    const { issuer, present } = await open()
    const exp = issuer.now() + 60
    const token = await issuer.sign({ scope: 'notes:read notes:write', gid: 'g1', tid: 'acme', exp })
    expect(await present(token)).toEqual({
      subject: 'ada',
      scopes: new Set(['notes:read', 'notes:write']),
      issuer: ISSUER,
      clientId: 'editor',
      tenant: 'acme',
      grant: 'g1',
      expiresAt: exp * 1000 + 60_000,
    })
  })

  // spec: security-storage
  it('is not part of what it says', async () => {
    const { issuer, present } = await open()
    const token = await issuer.sign()
    expect(JSON.stringify(await present(token))).not.toContain(token)
  })

  it.each([['RS256'], ['EdDSA']] as const)('may be signed with %s', async (alg) => {
    const { issuer, present } = await open()
    const { publicKey, privateKey } = await generateKeyPair(alg)
    issuer.jwks.keys.push({ ...(await exportJWK(publicKey)), kid: 'two', alg })
    const token = await issuer.sign({}, { key: privateKey, header: { alg, kid: 'two' } })
    expect(await present(token)).toMatchObject({ subject: 'ada' })
  })

  // spec: auth-token-audience
  it.each<[string, unknown, string]>([
    ['another resource', 'https://other.example.com/mcp', 'audience'],
    ['nobody', undefined, 'audience'],
    ['this resource and another', [RESOURCE, 'https://other.example.com'], 'audience'],
    ['an empty list', [], 'audience'],
    ['what begins alike', `${RESOURCE}-evil`, 'audience'],
    ['what lies below', `${RESOURCE}/sub`, 'audience'],
    ['another port', 'https://notes.example.com:8443/mcp', 'audience'],
    ['another path by case', 'https://notes.example.com/MCP', 'audience'],
  ])('TR3: for %s is refused', async (_, aud, reason) => {
    const { issuer, present } = await open()
    await expect(present(await issuer.sign({ aud: aud as string }))).rejects.toMatchObject(refused(reason))
  })

  // spec: auth-resource-case
  it.each([['HTTPS://Notes.Example.COM/mcp'], [[RESOURCE]]])('TR3: for %j is taken', async (aud) => {
    const { issuer, present } = await open()
    expect(await present(await issuer.sign({ aud }))).toMatchObject({ subject: 'ada' })
  })

  it('TR3: for others as well is taken where that is wanted', async () => {
    const { issuer, present } = await open({ allowOtherAudiences: true })
    expect(await present(await issuer.sign({ aud: [RESOURCE, 'https://other'] }))).toMatchObject({ subject: 'ada' })
    await expect(present(await issuer.sign({ aud: ['https://other'] }))).rejects.toMatchObject(refused('audience'))
  })

  it.each<[string, JWTPayload, object, string]>([
    ['another type of token', {}, { typ: 'JWT' }, 'invalid'],
    ['no type', {}, { typ: undefined }, 'invalid'],
    ['an assertion of an identity', {}, { typ: 'oauth-id-jag+jwt' }, 'invalid'],
    ['an unknown key', {}, { kid: 'other' }, 'invalid'],
    ['a time to come', { nbf: Math.floor(Date.now() / 1000) + 300 }, {}, 'expired'],
    ['no end', { exp: undefined }, {}, 'expired'],
    ['another issuer', { iss: 'https://evil.example.com' }, {}, 'issuer'],
    ['an issuer with a slash', { iss: `${ISSUER}/` }, {}, 'issuer'],
    ['no subject', { sub: undefined }, {}, 'invalid'],
    ['a key that it is bound to', { cnf: { jkt: 'x' } }, {}, 'bound'],
  ])('TR5: with %s is refused', async (_, claims, header, reason) => {
    const { issuer, present } = await open()
    await expect(present(await issuer.sign(claims, { header }))).rejects.toMatchObject(refused(reason))
  })

  it('TR5: that carries its own key is refused', async () => {
    const { issuer, present } = await open()
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const jwk = await exportJWK(publicKey)
    await expect(present(await issuer.sign({}, { key: privateKey, header: { jwk } }))).rejects.toMatchObject(
      refused('invalid'),
    )
    const jku = await issuer.sign({}, { key: privateKey, header: { jku: 'https://evil.example.com/jwks', kid: 'x' } })
    await expect(present(jku)).rejects.toMatchObject(refused('invalid'))
    expect(issuer.asked.map(({ url }) => url)).not.toContain('https://evil.example.com/jwks')
  })

  it('TR5: signed with a public key as if it were a secret, or not at all, is refused', async () => {
    const { issuer, present } = await open()
    const { publicKey } = await generateKeyPair('RS256')
    issuer.jwks.keys.push({ ...(await exportJWK(publicKey)), kid: 'rsa', alg: 'RS256' })
    const secret = new TextEncoder().encode(await exportSPKI(publicKey))
    const forged = await issuer.sign({}, { key: secret, header: { alg: 'HS256', kid: 'rsa' } })
    await expect(present(forged)).rejects.toMatchObject(refused('invalid'))
    const [, payload] = (await issuer.sign()).split('.')
    const none = `${btoa('{"alg":"none","typ":"at+jwt"}').replaceAll('=', '')}.${payload}.`
    await expect(present(none)).rejects.toMatchObject(refused('invalid'))
  })

  it('TR5: whose payload was changed is refused', async () => {
    const { issuer, present } = await open()
    const [head, , signature] = (await issuer.sign()).split('.')
    const [, payload] = (await issuer.sign({ sub: 'eve' })).split('.')
    await expect(present(`${head}.${payload}.${signature}`)).rejects.toMatchObject(refused('invalid'))
  })

  it('TR4: that is expired is refused, whatever it allows', async () => {
    const { issuer, present } = await open()
    await expect(present(await issuer.sign({ exp: issuer.now() - 61 }))).rejects.toMatchObject(refused('expired'))
    expect(await present(await issuer.sign({ exp: issuer.now() - 50 }))).toMatchObject({ subject: 'ada' })
  })

  it('TR4: that was good before is refused once it has ended', async () => {
    const { issuer, present } = await open({ clockTolerance: 0 })
    const token = await issuer.sign({ exp: issuer.now() + 5 })
    await present(token)
    vi.useFakeTimers({ now: Date.now() + 6_000, toFake: ['Date'] })
    await expect(present(token)).rejects.toMatchObject(refused('expired'))
  })

  it.each<[string, string]>([
    ['two headers', 'Bearer a, Bearer b'],
    ['another scheme', 'Basic YTpi'],
    ['a scheme alone', 'Bearer'],
    ['nothing', ''],
    ['16 KB', `Bearer ${'a'.repeat(16_384)}`],
    ['a line break', 'Bearer a\r\nx-evil: 1'],
    ['a zero', 'Bearer a\0b'],
    ['quotes', 'Bearer "a"'],
  ])('TR6: in a header with %s is refused before anybody is asked', async (_, header) => {
    const { auth, issuer } = await open()
    expect(() => auth.authenticate(header, { method: 'POST', header: () => undefined })).toThrow(
      expect.objectContaining(refused('malformed')),
    )
    expect(issuer.asked).toEqual([])
  })

  it.each(['bearer ', 'BEARER ', 'Bearer  '])('TR6: after %j is read', async (scheme) => {
    const { auth, issuer } = await open()
    const principal = auth.authenticate(scheme + (await issuer.sign()), { method: 'POST', header: () => undefined })
    expect(await principal).toMatchObject({ subject: 'ada' })
  })

  it('may keep its scopes elsewhere', async () => {
    const { issuer, present } = await open({ scopeClaim: 'permissions', audience: 'api://notes' })
    const token = await issuer.sign({ permissions: ['a', 'b'], aud: 'api://notes' })
    expect((await present(token))?.scopes).toEqual(new Set(['a', 'b']))
  })
})

describe('the keys of an issuer', () => {
  it('are fetched once for many, and not for each key that somebody makes up', async () => {
    const { issuer, present } = await open()
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => issuer.sign({ jti: String(i) })))
    await Promise.all(tokens.map(present))
    for (let i = 0; i < 20; i++) {
      await expect(present(await issuer.sign({}, { header: { kid: `made up ${i}` } }))).rejects.toMatchObject(
        refused('invalid'),
      )
    }
    expect(issuer.countOf(`${ISSUER}/jwks`)).toBe(1)
    expect(issuer.countOf(`${ISSUER}/.well-known/oauth-authorization-server`)).toBe(1)
  })

  it('are fetched again for a new one when some time has passed', async () => {
    const { issuer, present } = await open()
    await present(await issuer.sign())
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    issuer.jwks.keys.push({ ...(await exportJWK(publicKey)), kid: 'two', alg: 'ES256' })
    const token = await issuer.sign({}, { key: privateKey, header: { kid: 'two' } })
    await expect(present(token)).rejects.toMatchObject(refused('invalid'))
    vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ['Date'] })
    expect(await present(token)).toMatchObject({ subject: 'ada' })
  })

  it.each<[string, (issuer: Issuer) => void]>([
    ['cannot be reached', ({ answers }) => answers.set(`${ISSUER}/jwks`, () => Promise.reject(new Error('down')))],
    ['answer with an error', ({ answers }) => answers.set(`${ISSUER}/jwks`, () => new Response('', { status: 500 }))],
    ['are no keys', ({ answers }) => answers.set(`${ISSUER}/jwks`, () => Response.json({ hello: 1 }))],
    ['are no end of bytes', ({ answers }) => answers.set(`${ISSUER}/jwks`, () => new Response('x'.repeat(300_000)))],
    [
      'are named by another issuer',
      ({ answers }) =>
        answers.set(`${ISSUER}/.well-known/oauth-authorization-server`, () =>
          Response.json({ issuer: `${ISSUER}/`, jwks_uri: `${ISSUER}/jwks` }),
        ),
    ],
    [
      'are on a line that others read',
      ({ answers }) =>
        answers.set(`${ISSUER}/.well-known/oauth-authorization-server`, () =>
          Response.json({ issuer: ISSUER, jwks_uri: 'http://login.example.com/jwks' }),
        ),
    ],
    [
      'have moved',
      ({ answers }) => answers.set(`${ISSUER}/jwks`, () => Response.redirect('https://evil.example', 302)),
    ],
  ])('TR23: that %s make nobody a stranger, and are left alone for a moment', async (_what, breakIt) => {
    const { issuer, present } = await open()
    breakIt(issuer)
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => issuer.sign({ jti: String(i) })))
    for (const outcome of await Promise.allSettled(tokens.map(present))) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'ProtocolError', code: 'unavailable' } })
    }
    await expect(present(await issuer.sign({ jti: 'later' }))).rejects.toMatchObject({ code: 'unavailable' })
    expect(issuer.asked.length).toBeLessThanOrEqual(2)
  })

  it('TR23: that cannot be fetched now do not matter to those that are known', async () => {
    const { issuer, present } = await open()
    await present(await issuer.sign())
    issuer.answers.set(`${ISSUER}/jwks`, () => Promise.reject(new Error('down')))
    expect(await present(await issuer.sign({ jti: 'another' }))).toMatchObject({ subject: 'ada' })
  })

  it.each([
    ['metadata', `${ISSUER}/.well-known/oauth-authorization-server`],
    ['keys', `${ISSUER}/jwks`],
  ])('TR23: are asked for again when nothing is heard of %s any more', async (_what, url) => {
    const { issuer, present } = await open()
    const answer = issuer.answers.get(url)!
    const asked = new Promise<void>((resolve) =>
      issuer.answers.set(url, () => {
        resolve()
        return new Promise(() => {})
      }),
    )
    void present(await issuer.sign())
    await asked
    issuer.answers.set(url, answer)
    vi.useFakeTimers({ now: Date.now() + 20_001, toFake: ['Date'] })
    expect(await present(await issuer.sign({ jti: 'later' }))).toMatchObject({ subject: 'ada' })
  })

  it('TR23: are not asked for again and again while one that is not there cannot be looked for', async () => {
    const { issuer, present } = await open()
    await present(await issuer.sign())
    issuer.answers.set(`${ISSUER}/jwks`, () => Promise.reject(new Error('down')))
    vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ['Date'] })
    for (let n = 0; n < 3; n++)
      await expect(present(await issuer.sign({}, { header: { kid: `made up ${n}` } }))).rejects.toMatchObject({
        code: 'unavailable',
      })
    expect(issuer.countOf(`${ISSUER}/jwks`)).toBe(2)
    expect(await present(await issuer.sign({ jti: 'known' }))).toMatchObject({ subject: 'ada' })
  })

  it('TR23: are asked for again when the moment is over', async () => {
    const { issuer, present } = await open()
    const answer = issuer.answers.get(`${ISSUER}/jwks`)!
    issuer.answers.set(`${ISSUER}/jwks`, () => Promise.reject(new Error('down')))
    await expect(present(await issuer.sign())).rejects.toMatchObject({ code: 'unavailable' })
    issuer.answers.set(`${ISSUER}/jwks`, answer)
    vi.useFakeTimers({ now: Date.now() + 2_001, toFake: ['Date'] })
    expect(await present(await issuer.sign())).toMatchObject({ subject: 'ada' })
  })
})

describe('an introspection', () => {
  const openAsked = async (answer: object | (() => Response | Promise<Response>)) => {
    const issuer = await createIssuer()
    issuer.answers.set(
      `${ISSUER}/introspect`,
      typeof answer === 'function' ? (answer as () => Response) : () => Response.json(answer),
    )
    const tokens = introspection({ issuer: ISSUER, clientId: 'a:b', clientSecret: 'c d%', fetch: issuer.fetch })
    const auth = protectedResource({ resource: RESOURCE, tokens })
    return { issuer, auth, present: presentTo(auth) }
  }
  const good = {
    active: true,
    sub: 'ada',
    aud: RESOURCE,
    client_id: 'editor',
    scope: 'a',
    exp: Date.now() / 1000 + 600,
  }

  it('tells who an opaque token stands for, and is asked once in half a minute', async () => {
    const { issuer, present } = await openAsked(good)
    expect(await present('opaque')).toMatchObject({ subject: 'ada', scopes: new Set(['a']), issuer: ISSUER })
    await Promise.all([present('opaque'), present('opaque')])
    expect(issuer.countOf(`${ISSUER}/introspect`)).toBe(1)
    vi.useFakeTimers({ now: Date.now() + 30_001, toFake: ['Date'] })
    await present('opaque')
    expect(issuer.countOf(`${ISSUER}/introspect`)).toBe(2)
    const asked = issuer.asked.find(({ url }) => url.endsWith('/introspect'))!
    expect(asked.headers.get('authorization')).toBe(`Basic ${btoa('a%3Ab:c+d%25')}`)
    expect(new URLSearchParams(asked.body).get('token')).toBe('opaque')
  })

  it.each<[string, object, string]>([
    ['is not active', { active: false }, 'invalid'],
    ['is for another resource', { ...good, aud: 'https://other.example.com' }, 'audience'],
    ['is for nobody in particular', { ...good, aud: undefined }, 'audience'],
    ['is of another issuer', { ...good, iss: 'https://evil.example.com' }, 'issuer'],
    ['has ended', { ...good, exp: Date.now() / 1000 - 100 }, 'expired'],
    ['is bound to a key', { ...good, cnf: { jkt: 'x' } }, 'bound'],
  ])('TR24: of a token that %s lets nobody in', async (_, answer, reason) => {
    const { present } = await openAsked(answer)
    await expect(present('opaque')).rejects.toMatchObject(refused(reason))
  })

  it.each<[string, () => Response | Promise<Response>]>([
    ['down', () => Promise.reject(new Error('down'))],
    ['broken', () => new Response('<html>', { status: 200 })],
    ['refusing', () => new Response('{}', { status: 401 })],
    ['unclear', () => Response.json({ active: 'true' })],
  ])('TR23: that is %s makes nobody a stranger, and is left alone for a moment', async (_, answer) => {
    const { issuer, present } = await openAsked(answer)
    await expect(present('one')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(present('two')).rejects.toMatchObject({ code: 'unavailable' })
    expect(issuer.countOf(`${ISSUER}/introspect`)).toBe(1)
  })

  it('TR23: of which nothing is heard any more keeps nobody waiting but those who wait already', async () => {
    let isGone = true
    const never = new Promise<Response>(() => {})
    const { present } = await openAsked(() => (isGone ? never : Response.json(good)))
    for (let n = 0; n < 256; n++) void present(`lost-${n}`)
    void present('opaque').catch(() => {})
    await expect(present('one-more')).rejects.toMatchObject({ code: 'unavailable' })
    isGone = false
    vi.useFakeTimers({ now: Date.now() + 20_001, toFake: ['Date'] })
    expect(await present('opaque')).toMatchObject({ subject: 'ada' })
    expect(await present('lost-7')).toMatchObject({ subject: 'ada' })
  })

  it('TR7: asked whether a grant still holds, asks anew', async () => {
    let answer: object = good
    const { auth, present } = await openAsked(() => Response.json(answer))
    const principal = (await present('opaque'))!
    expect(await auth.isLive?.(principal)).toBe(true)
    answer = { active: false }
    expect(await auth.isLive?.(principal)).toBe(false)
    await expect(auth.isLive?.({ ...principal })).rejects.toThrow('changed on the way')
  })

  it('keeps no good answer for longer than half a minute', () => {
    expect(() => introspection({ issuer: ISSUER, clientId: 'a', clientSecret: 'b', keepMs: 30_001 })).toThrow(
      RangeError,
    )
  })
})

describe('an issuer in this process', () => {
  it('gives its keys and tells whether a grant holds', async () => {
    const { jwks, sign } = await createIssuer()
    const grants = new Set(['g1'])
    const issuer = {
      issuer: ISSUER,
      jwks: () => ({ keys: [...jwks.keys] }),
      isGrantLive: (id: string) => grants.has(id),
    }
    const auth = protectedResource({ resource: RESOURCE, issuer })
    const principal = (await presentTo(auth)(await sign({ gid: 'g1' })))!
    expect(await auth.isLive?.(principal)).toBe(true)
    grants.clear()
    expect(await auth.isLive?.(principal)).toBe(false)
    expect(() => auth.isLive?.({ ...principal, grant: undefined })).toThrow('names no grant')
  })

  it('is heard of new keys soon', async () => {
    const { jwks, sign } = await createIssuer()
    const show = presentTo(
      protectedResource({ resource: RESOURCE, issuer: { issuer: ISSUER, jwks: () => ({ keys: [...jwks.keys] }) } }),
    )
    await show(await sign())
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    jwks.keys.push({ ...(await exportJWK(publicKey)), kid: 'two', alg: 'ES256' })
    const token = await new SignJWT({ iss: ISSUER, aud: RESOURCE, sub: 'ada', exp: Date.now() / 1000 + 60 })
      .setProtectedHeader({ alg: 'ES256', kid: 'two', typ: 'at+jwt' })
      .sign(privateKey)
    expect(await show(token)).toMatchObject({ subject: 'ada' })
  })
})

describe('the description of a resource', () => {
  // spec: auth-resource-slash
  it.each([
    [RESOURCE, ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource']],
    ['https://notes.example.com', ['/.well-known/oauth-protected-resource']],
  ])('TR21: of %s is at %j', (resource, paths) => {
    const auth = protectedResource({ resource, issuer: ISSUER })
    const documents = auth.documents({ name: 'Notes', scopes: ['notes:read'] })
    expect(documents.map(({ path }) => path)).toEqual(paths)
    expect(JSON.parse(documents[0]!.json)).toEqual({
      resource,
      authorization_servers: [ISSUER],
      bearer_methods_supported: ['header'],
      scopes_supported: ['notes:read'],
      resource_name: 'Notes',
    })
    expect(auth.challenge).toEqual({ resource_metadata: `https://notes.example.com${paths[0]}` })
  })

  it('TR21: is not at the root where that is not wanted', () => {
    const auth = protectedResource({ resource: RESOURCE, issuer: ISSUER, root: false })
    expect(auth.documents({ name: 'Notes', scopes: [] })).toHaveLength(1)
  })

  // spec: security-tls
  it.each<[string, Partial<ProtectedResourceOptions>]>([
    ['an address that others read along', { resource: 'http://notes.example.com/mcp' }],
    ['a fragment', { resource: `${RESOURCE}#x` }],
    ['a password', { resource: 'https://a:b@notes.example.com/mcp' }],
    ['an issuer without https', { issuer: 'http://login.example.com' }],
    ['no issuer', { issuer: undefined }],
    ['no algorithm', { algorithms: [] }],
    ['a clock that may be anything', { clockTolerance: Number.NaN }],
    ['a clock that is never right', { clockTolerance: -1 }],
    ['a secret for all', { algorithms: ['HS256' as 'ES256'] }],
  ])('does not start with %s', (_, options) => {
    expect(() => protectedResource({ resource: RESOURCE, issuer: ISSUER, ...options })).toThrow(TypeError)
  })
})
