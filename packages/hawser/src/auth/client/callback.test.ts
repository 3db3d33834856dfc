import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { connect } from '../../connect.ts'
import { createWorld, ISSUER, type IssuerScript, json, SERVER, type World } from './fixtures/world.ts'
import { type Ask, pasteAddress, signIn, SignInError } from './index.ts'

const attempt = async (world: World, ask: Ask = world.ask): Promise<unknown> => {
  const auth = signIn({ ask, fetch: world.fetch })
  await using client = await connect(SERVER, { http: { auth, fetch: world.send } })
  return await client.listTools().then(
    () => 'signed in',
    (error: unknown) => error,
  )
}

/** Refused, with the code sent to nobody and nothing issued. */
const expectRefused = async (world: World, problem: string, ask?: Ask): Promise<SignInError> => {
  const error = await attempt(world, ask)
  expect(error).toBeInstanceOf(SignInError)
  expect((error as SignInError).problem).toBe(problem)
  expect(JSON.stringify(world.sent)).not.toContain('canary-code')
  expect(world.tokens.size).toBe(0)
  return error as SignInError
}

const redirect = (change: (back: URL, asked: URLSearchParams) => void, more: IssuerScript = {}) =>
  createWorld({ ...more, redirect: change })

describe('what comes back from the browser', () => {
  // spec: auth-iss-checked, auth-iss-simple
  it.each([
    ['nobody', (back: URL) => back.searchParams.delete('iss')],
    ['somebody else', (back: URL) => back.searchParams.set('iss', 'https://evil.example.com')],
    ['one with a slash', (back: URL) => back.searchParams.set('iss', `${ISSUER}/`)],
    ['one in upper case', (back: URL) => back.searchParams.set('iss', 'https://LOGIN.example.com')],
    ['one with a port', (back: URL) => back.searchParams.set('iss', `${ISSUER}:443`)],
    ['two', (back: URL) => back.searchParams.append('iss', ISSUER)],
  ])('TC2: is refused from %s', async (_who, change) => {
    await expectRefused(redirect(change), 'bad_callback')
  })

  // spec: auth-iss-checked, auth-iss-simple
  it('TC2: an issuer that does not announce it may leave its name out, but not say another', async () => {
    const silent = { metadata: { authorization_response_iss_parameter_supported: undefined } }
    expect(await attempt(redirect((back) => back.searchParams.delete('iss'), silent))).toBe('signed in')
    await expectRefused(
      redirect((back) => back.searchParams.set('iss', `${ISSUER}/`), silent),
      'bad_callback',
    )
  })

  // spec: auth-iss-errors
  it('TC3: an error of somebody else is not believed, nor shown', async () => {
    const world = redirect((back) => {
      back.searchParams.set('iss', 'https://evil.example.com')
      back.searchParams.set('error', 'canary-error')
      back.searchParams.set('error_description', '<b>canary-text</b>')
      back.searchParams.set('error_uri', 'https://evil.example.com/canary-uri')
    })
    const error = await expectRefused(world, 'bad_callback')
    expect(`${error.message} ${inspect(error)}`).not.toContain('canary')
  })

  it('TC3: an error of the issuer is told by its name alone', async () => {
    const refuse = (name: string) =>
      redirect((back) => {
        back.searchParams.delete('code')
        back.searchParams.set('error', name)
        back.searchParams.set('error_description', '<b>canary-text</b>')
      })
    const denied = await expectRefused(refuse('access_denied'), 'denied')
    expect(inspect(denied)).not.toContain('canary')
    expect((await expectRefused(refuse('invalid_scope'), 'refused')).message).toContain('invalid_scope')
    expect((await expectRefused(refuse('<script>'), 'refused')).message).not.toContain('<script>')
  })

  // spec: auth-iss-recorded
  it('TC4: a code of an honest issuer goes to no other, although its page was the one that opened', async () => {
    // The evil issuer names the page of the honest one, and its own place for codes.
    const evil = 'https://evil.example.com'
    const world = createWorld({}, { issuers: [evil] })
    world.issuers.set(evil, { metadata: { authorization_endpoint: `${ISSUER}/authorize` } })
    await expectRefused(world, 'bad_callback')
    expect(world.pages[0]?.origin).toBe(ISSUER)
    expect(world.toldTo(evil)).not.toContain('/token')
  })

  // spec: auth-iss-recorded, security-state
  it('TC4: is not mixed up where somebody signs in at two issuers at a time', async () => {
    const other = 'https://login.example.org'
    const world = createWorld(
      {},
      {
        discovery: ({ pathname, search }) =>
          pathname.endsWith('/mcp')
            ? json({ resource: SERVER, authorization_servers: [search === '' ? ISSUER : other] })
            : undefined,
      },
    )
    world.issuers.set(other, {})
    const visits: { readonly accepts: boolean; readonly back: (url: URL) => void; readonly page: URL }[] = []
    const ask: Ask = {
      open: async () => ({
        redirectUri: 'http://127.0.0.1:9876/callback',
        visit: (page, accepts) =>
          new Promise((back) => visits.push({ page, back, accepts: accepts(world.visit(visits[0]?.page ?? page)) })),
        close: () => {},
      }),
    }
    const auth = signIn({ ask, fetch: world.fetch })
    const outcomes = Promise.allSettled([auth.signIn(SERVER), auth.signIn(`${SERVER}?tenant=2`)])
    await expect.poll(() => visits).toHaveLength(2)
    const [one, two] = visits.map(({ page }) => world.visit(page))
    expect(visits.map(({ accepts }) => accepts)).toEqual([true, false])
    visits[0]?.back(two!)
    visits[1]?.back(one!)
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { problem: 'bad_callback' } })
    expect(world.sentTo('/token')).toEqual([])
  })

  // spec: auth-iss-recorded
  it('TC4: belongs to the issuer that was left for, whatever is published in the meantime', async () => {
    const evil = 'https://evil.example.com'
    const world: World = redirect(() => {
      world.script.issuers = [evil]
      world.issuers.set(ISSUER, {
        metadata: { token_endpoint: `${evil}/token`, issuer: evil },
      })
    })
    world.issuers.set(evil, {})
    expect(await attempt(world)).toBe('signed in')
    expect(world.toldTo(evil)).toBe('[]')
  })

  // spec: security-state
  it.each([
    ['without a state', (back: URL) => back.searchParams.delete('state')],
    ['with another state', (back: URL) => back.searchParams.set('state', 'x')],
    ['with two states', (back: URL) => back.searchParams.append('state', 'x')],
    ['without a code', (back: URL) => back.searchParams.delete('code')],
    ['with an empty code', (back: URL) => back.searchParams.set('code', '')],
    ['with two codes', (back: URL) => back.searchParams.append('code', 'x')],
    ['to another path', (back: URL) => (back.pathname = '/elsewhere')],
    ['with a token', (back: URL) => back.searchParams.set('token', 'x')],
    ['sealed', (back: URL) => back.searchParams.set('response', 'x')],
  ])('TC6: is refused %s', async (_what, change) => {
    await expectRefused(redirect(change), 'bad_callback')
  })

  // spec: security-state
  it('TC6: what came back once, or for another server, is no answer to another visit', async () => {
    const world = createWorld()
    const seen: URL[] = []
    const replaying: Ask = {
      open: async () => ({
        redirectUri: 'http://127.0.0.1:9876/callback',
        visit: async (page) => {
          seen.push(world.visit(page))
          return seen[0]!
        },
        close: () => {},
      }),
    }
    expect(await attempt(world, replaying)).toBe('signed in')
    const before = world.sent.length
    const error = await attempt(world, replaying)
    expect(error).toMatchObject({ problem: 'bad_callback' })
    expect(JSON.stringify(world.sent.slice(before))).not.toContain('canary-code')
  })

  it('TC6: nothing is waited for after its time, and the way back is closed', async () => {
    const world = createWorld()
    let closed = 0
    const ask: Ask = {
      open: async () => ({
        redirectUri: 'http://127.0.0.1:9876/callback',
        visit: async () => {
          throw new SignInError('denied', 'The person left.')
        },
        close: () => void closed++,
      }),
    }
    await expectRefused(world, 'denied', ask)
    expect(closed).toBe(1)
  })

  it('TC6: is not waited for longer than five minutes, after which the client registers again', async () => {
    const timeout = vi
      .spyOn(AbortSignal, 'timeout')
      .mockImplementation((ms) => (ms > 60_000 ? AbortSignal.abort(new Error('late')) : new AbortController().signal))
    try {
      const world = createWorld()
      const ask: Ask = {
        open: async () => ({
          redirectUri: 'http://127.0.0.1:9876/callback',
          visit: (_page, _accepts, signal) => Promise.reject(signal.reason as Error),
          close: () => {},
        }),
      }
      const auth = signIn({ ask, fetch: world.fetch })
      await expect(auth.signIn(SERVER)).rejects.toMatchObject({ problem: 'needs_person' })
      await expect(auth.signIn(SERVER)).rejects.toMatchObject({ problem: 'needs_person' })
      expect(world.sentTo('/register')).toHaveLength(2)
      expect(world.tokens.size).toBe(0)
    } finally {
      timeout.mockRestore()
    }
  })

  // spec: security-redirect-https
  it.each(['http://app.example.com/callback', 'http://127.0.0.1.evil.com/callback', 'app:/callback', 'callback'])(
    'is waited for at no address that others could read: %s',
    async (redirectUri) => {
      const world = createWorld()
      const callback = { redirectUri, visit: async (page: URL) => world.visit(page), close: () => {} }
      const auth = signIn({ ask: { open: async () => callback }, fetch: world.fetch })
      await expect(auth.signIn(SERVER)).rejects.toThrow(TypeError)
      expect([world.pages, world.sentTo('/register')]).toEqual([[], []])
    },
  )

  // spec: security-redirect-registered, security-redirect-https
  it.each(['http://localhost:9876/callback', 'http://[::1]:9876/callback', 'https://app.example.com/callback'])(
    'may come to %s',
    async (redirectUri) => {
      const world = createWorld()
      const callback = { redirectUri, visit: async (page: URL) => world.visit(page), close: () => {} }
      await signIn({ ask: { open: async () => callback }, fetch: world.fetch }).signIn(SERVER)
      expect(JSON.parse(world.sentTo('/register')[0]!.body)).toMatchObject({ redirect_uris: [redirectUri] })
      expect(world.pages[0]?.searchParams.get('redirect_uri')).toBe(redirectUri)
    },
  )

  it('may be pasted by a person, who may be wrong first', async () => {
    const world = createWorld()
    const shown: URL[] = []
    const typed = ['no address', 'http://127.0.0.1:33418/callback?code=x&state=wrong']
    const ask = pasteAddress({
      show: (page) => void shown.push(page),
      read: async () => typed.shift() ?? ` ${world.visit(shown[0]!).href}\n`,
    })
    expect(await attempt(world, ask)).toBe('signed in')
    await expectRefused(createWorld(), 'bad_callback', pasteAddress({ show: () => {}, read: async () => 'nothing' }))
  })

  // spec: security-s256
  it('asks in the page for exactly what it must', async () => {
    const world = createWorld({}, { challenge: 'Bearer scope="notes:read"' })
    await attempt(world)
    const { searchParams } = world.pages[0]!
    expect([...searchParams.keys()].toSorted()).toEqual([
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'redirect_uri',
      'resource',
      'response_type',
      'scope',
      'state',
    ])
    expect(searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
    expect(searchParams.get('state')).toMatch(/^[\w-]{43}$/)
  })

  // spec: security-pkce, security-s256
  it('is proved by the verifier of the challenge in the page', async () => {
    const world = createWorld()
    await attempt(world)
    const form = new URLSearchParams(world.sentTo('/token')[0]?.body)
    const digest = createHash('sha256').update(form.get('code_verifier') ?? '')
    expect(world.pages[0]?.searchParams.get('code_challenge')).toBe(digest.digest('base64url'))
    await attempt(world)
    expect(new Set(world.pages.map(({ searchParams }) => searchParams.get('code_challenge'))).size).toBe(2)
  })

  it('keeps what the address of the page has of its own', async () => {
    const world = createWorld({ metadata: { authorization_endpoint: `${ISSUER}/authorize?tenant=7` } })
    expect(await attempt(world)).toBe('signed in')
    expect(world.pages[0]?.searchParams.get('tenant')).toBe('7')
  })

  it('may take longer than a call may', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const world = createWorld()
    const ask: Ask = {
      open: async () => ({
        redirectUri: 'http://127.0.0.1:9876/callback',
        visit: async (page) => {
          await vi.advanceTimersByTimeAsync(300)
          return world.visit(page)
        },
        close: () => {},
      }),
    }
    const auth = signIn({ ask, fetch: world.fetch })
    await using client = await connect(SERVER, { http: { auth, fetch: world.send }, timeout: 200 })
    expect(await client.listTools()).toHaveLength(2)
  })

  it('signs in on another device, as slowly as the issuer wants', async () => {
    const codes: string[] = []
    let polls = 0
    const world = createWorld({
      metadata: { device_authorization_endpoint: `${ISSUER}/device` },
      token: (form) => {
        if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:device_code') return undefined
        expect(form.get('resource')).toBe(SERVER)
        return ++polls === 1 ? json({ error: 'authorization_pending' }, 400) : world.issue(ISSUER, [])
      },
      discovery: () => undefined,
    })
    const fetch: typeof world.fetch = (url, init, reach) =>
      new URL(url).pathname === '/device'
        ? Promise.resolve(
            json({
              device_code: 'd',
              user_code: 'ABCD-EFGH',
              verification_uri: `${ISSUER}/go`,
              expires_in: 60,
              interval: 0.01,
            }),
          )
        : world.fetch(url, init, reach)
    const auth = signIn({ ask: { showCode: ({ userCode }) => void codes.push(userCode) }, fetch })
    await using client = await connect(SERVER, { http: { auth, fetch: world.send } })
    expect(await client.listTools()).toHaveLength(2)
    expect(codes).toEqual(['ABCD-EFGH'])
    expect(polls).toBe(2)
    expect(JSON.parse(world.sentTo('/register')[0]!.body)).not.toHaveProperty('redirect_uris')
  })
})
