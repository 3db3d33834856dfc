import { describe, expect, it } from 'vitest'
import { textOf } from '../fixtures/browser.ts'
import { createProvider, PROVIDER } from '../fixtures/identity-provider.ts'
import {
  answer,
  createSigningIn,
  DOCUMENT,
  LOOPBACK,
  isPassedOver,
  reachConsent,
  authorizeUrl,
} from '../fixtures/signing-in.ts'
import { CALLBACK, ISSUER, sent } from '../fixtures/world.ts'
import { upstreamLogin, type UpstreamLoginOptions } from './upstream-login.ts'

const REDIRECT = `${ISSUER}/login/callback`
const native = { client_id: 'native', redirect_uri: LOOPBACK }
const web = { client_id: DOCUMENT, redirect_uri: 'https://editor.example/cb' }

const start = (options: Partial<UpstreamLoginOptions> = {}) => {
  const provider = createProvider(Date.now)
  const login = upstreamLogin({
    name: 'Contoso',
    issuer: PROVIDER,
    clientId: 'hawser:1',
    clientSecret: 'a+b%c:d',
    fetch: provider.fetch,
    ...options,
  })
  // ID tokens are judged by the clock of the machine.
  const world = createSigningIn({ login, now: Date.now })
  const browser = world.newBrowser()
  return { ...world, provider, browser }
}

/** Allows, and returns where the browser is sent. */
const allow = async ({ browser }: ReturnType<typeof start>, values: Record<string, string> = {}): Promise<string> => {
  const response = await answer(browser, await reachConsent(browser, values), 'approve')
  expect(response.status).toBe(303)
  return response.headers.get('location') ?? ''
}

const expectNothing = ({ grants, consents }: ReturnType<typeof start>): void => {
  expect(grants).toEqual([])
  expect(consents).toEqual([])
}

describe('upstreamLogin', () => {
  // spec: security-proxy-consent, proxy-registry-first
  it('asks first, then has the provider sign in, then gives what was allowed to who signed in', async () => {
    const world = start()
    const asked = await reachConsent(world.browser)
    expect(textOf(asked.html)).toContain('You sign in with Contoso after this page.')
    expect(world.browser.cookies.size).toBe(1)
    asked.form.fields.delete('scope', 'notes:write')
    const location = (await answer(world.browser, asked, 'approve')).headers.get('location') ?? ''
    const query = new URL(location).searchParams
    expect(location.startsWith(`${PROVIDER}/authorize?`)).toBe(true)
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: 'code',
      client_id: 'hawser:1',
      redirect_uri: REDIRECT,
      scope: 'openid profile email',
      code_challenge_method: 'S256',
    })
    const response = await world.browser.open(world.provider.signIn(location).href)
    expect(response.headers.get('location')?.startsWith(`${CALLBACK}?code=`)).toBe(true)
    expect(sent(response)).toMatchObject({ state: 'the state', iss: ISSUER })
    expect(world.grants).toMatchObject([{ subject: 'user-7', scopes: ['notes:read'] }])
    expect(world.provider.authorizations).toEqual([`Basic ${btoa('hawser%3A1:a%2Bb%25c%3Ad')}`])
  })

  it('knows the person the next time, by name on the page and for what was remembered', async () => {
    const world = start()
    await world.browser.open(world.provider.signIn(await allow(world, web)).href)
    expect(await isPassedOver(world.browser, web)).toBe(true)
    const { html } = await reachConsent(world.browser, native)
    expect(textOf(html)).toContain('Signed in as ada@id.example Use another account')
    expect([...world.browser.cookies.values()].join()).not.toContain('ada')
  })

  it('has the person choose at the provider after "Use another account"', async () => {
    const world = start()
    await world.browser.open(world.provider.signIn(await allow(world, native)).href)
    const asked = await reachConsent(world.browser, native)
    const handle = new URLSearchParams({ handle: asked.form.fields.get('handle') ?? '' })
    const page = await world.browser.follow(await world.browser.post(`${ISSUER}/login/switch`, handle))
    expect(textOf(await page.text())).toContain('You sign in with Contoso')
    const location = (await answer(world.browser, asked, 'approve')).headers.get('location') ?? ''
    expect(new URL(location).searchParams.get('prompt')).toBe('select_account')
  })

  it('lets the form lead to a provider on this computer, and to https anyway', async () => {
    const policy = async (issuer: string) => {
      const login = upstreamLogin({ name: 'Keycloak', issuer, clientId: 'c' })
      const { response } = await reachConsent(createSigningIn({ login }).newBrowser())
      return response.headers.get('content-security-policy')
    }
    expect(await policy('http://localhost:8080/realms/a')).toContain("form-action 'self' https: http://localhost:8080;")
    expect(await policy(PROVIDER)).toContain("form-action 'self' https:;")
  })

  it('keeps no token of the provider', async () => {
    const world = start()
    const kept: unknown[] = []
    const response = await world.browser.open(world.provider.signIn(await allow(world)).href)
    kept.push(world.grants, world.consents, world.events, [...world.browser.cookies], [...response.headers])
    expect(JSON.stringify(kept)).not.toContain('canary')
  })

  // spec: proxy-state-checked
  it('TA23: gives nothing to an answer of the provider in a browser that did not allow anything', async () => {
    const world = start()
    const back = world.provider.signIn(await allow(world))
    const victim = world.newBrowser()
    await reachConsent(victim)
    const response = await victim.open(back.href)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(world.provider.tokenRequests).toEqual([])
    expectNothing(world)
  })

  it('TA23: gives nothing to a browser into which only one of the two cookies was brought', async () => {
    const world = start()
    const back = world.provider.signIn(await allow(world))
    for (const [name, value] of world.browser.cookies) {
      const victim = world.newBrowser()
      victim.cookies.set(name, value)
      expect((await victim.open(back.href)).status, name).toBe(400)
    }
    expectNothing(world)
  })

  // spec: proxy-state-checked
  it.each([
    ['no state', (back: URL) => back.searchParams.delete('state')],
    ['another state', (back: URL) => back.searchParams.set('state', 'A'.repeat(43))],
    [
      'a state that differs at the end',
      (back: URL) => back.searchParams.set('state', `${back.searchParams.get('state')?.slice(0, -1)}-`),
    ],
    ['two states', (back: URL) => back.searchParams.append('state', 'x')],
    ['another issuer', (back: URL) => back.searchParams.set('iss', 'https://evil.example')],
    ['no issuer', (back: URL) => back.searchParams.delete('iss')],
    ['another code', (back: URL) => back.searchParams.set('code', 'x')],
    ['no code', (back: URL) => back.searchParams.delete('code')],
    ['two codes', (back: URL) => back.searchParams.append('code', 'x')],
  ])('TA23: gives nothing to an answer with %s', async (_name, change) => {
    const world = start()
    const back = world.provider.signIn(await allow(world))
    change(back)
    const response = await world.browser.open(back.href)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(await response.text()).not.toContain('evil')
    expectNothing(world)
  })

  // spec: proxy-state-once
  it('TA23: takes an answer of the provider once, also when it comes twenty times at once', async () => {
    const world = start()
    const back = world.provider.signIn(await allow(world))
    const cookies = [...world.browser.cookies]
    const visits = Array.from({ length: 20 }, () => {
      const tab = world.newBrowser()
      for (const [name, value] of cookies) tab.cookies.set(name, value)
      return tab.open(back.href)
    })
    const statuses = (await Promise.all(visits)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 303).length).toBe(1)
    expect(statuses.filter((status) => status === 400).length).toBe(19)
    expect(world.provider.tokenRequests.length).toBe(1)
    expect(world.grants.length).toBe(1)
    expect((await world.browser.open(back.href)).status).toBe(400)
  })

  it('TA23: uses the state up with the first answer, although that was a wrong one', async () => {
    const world = start()
    const back = world.provider.signIn(await allow(world))
    const cookies = [...world.browser.cookies]
    const wrong = new URL(back)
    wrong.searchParams.set('code', 'x')
    expect((await world.browser.open(wrong.href)).status).toBe(400)
    for (const [name, value] of cookies) world.browser.cookies.set(name, value)
    expect((await world.browser.open(back.href)).status).toBe(400)
    expect(world.provider.tokenRequests.map((form) => form.get('code'))).toEqual(['x'])
    expectNothing(world)
  })

  // spec: proxy-cookie-client, proxy-cookie-sealed
  it('TA23: gives nothing for a state that was set for another transaction of the same browser', async () => {
    const world = start()
    const first = await allow(world)
    const [, cookie = ''] = [...world.browser.cookies].find(([name]) => name.includes('upstream')) ?? []
    const second = await allow(world)
    const back = world.provider.signIn(second)
    const name =
      [...world.browser.cookies.keys()].find((key) =>
        key.includes(new URL(second).searchParams.get('state')?.slice(0, 12) ?? '?'),
      ) ?? ''
    world.browser.cookies.set(name, cookie)
    expect((await world.browser.open(back.href)).status).toBe(400)
    expect(first).not.toBe(second)
    expectNothing(world)
  })

  // spec: proxy-cookie-prefix, proxy-cookie-attributes, proxy-state-random
  it('TA23: has a state of its own for each visit, in cookies that scripts and other sites do not get', async () => {
    const world = start()
    const visit = async () => {
      const response = await answer(world.browser, await reachConsent(world.browser), 'approve')
      const { searchParams } = new URL(response.headers.get('location') ?? '')
      return { state: searchParams.get('state') ?? '', cookies: response.headers.getSetCookie() }
    }
    const [one, two] = [await visit(), await visit()]
    expect(one.state).toMatch(/^[\w-]{43}$/)
    expect(two.state).not.toBe(one.state)
    const set = [one, two].flatMap(({ cookies }) => cookies).filter((cookie) => !cookie.includes('Max-Age=0'))
    expect(set.some((cookie) => cookie.includes('upstream'))).toBe(true)
    for (const cookie of set)
      expect(cookie).toMatch(/^__Host-[\w-]+=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=\d+$/)
  })

  // spec: proxy-state-after-consent
  it('TA23: sets no state before the person allowed it, and none when the person refuses', async () => {
    const world = start()
    const asked = await reachConsent(world.browser)
    const names = () => [...world.browser.cookies.keys()].filter((name) => name.includes('upstream'))
    expect(names()).toEqual([])
    expect(sent(await answer(world.browser, asked, 'deny'))['error']).toBe('access_denied')
    expect(names()).toEqual([])
    expectNothing(world)
  })

  // spec: proxy-state-once
  it('TA23: gives nothing after the ten minutes of the transaction', async () => {
    const provider = createProvider(Date.now)
    const clock = { now: Date.now() }
    const login = upstreamLogin({ name: 'Contoso', issuer: PROVIDER, clientId: 'c', fetch: provider.fetch })
    const world = { ...createSigningIn({ login, now: () => clock.now }), provider }
    const browser = world.newBrowser()
    const back = provider.signIn(await allow({ ...world, browser }))
    clock.now += 600_000
    expect((await browser.open(back.href)).status).toBe(400)
    expect(world.grants).toEqual([])
  })

  it.each([
    ['another nonce', { nonce: 'other' }],
    ['no nonce', { nonce: undefined }],
    ['another audience', { aud: 'other' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['an expiry that passed', { exp: 1 }],
    ['no subject', { sub: undefined }],
  ])('refuses an ID token with %s', async (_name, claims) => {
    const world = start()
    world.provider.claims = claims
    const response = await world.browser.open(world.provider.signIn(await allow(world)).href)
    expect(response.status).toBe(400)
    expectNothing(world)
    expect([...world.browser.cookies.keys()].some((name) => name.includes('session'))).toBe(false)
  })

  it('tells the client when the person refuses at the provider, and nobody what else the provider says', async () => {
    const world = start()
    const location = await allow(world)
    const state = new URL(location).searchParams.get('state') ?? ''
    const error = (code: string): string =>
      `${REDIRECT}?${new URLSearchParams({ error: code, error_description: '<evil>', state, iss: PROVIDER })}`
    expect(sent(await world.browser.open(error('access_denied')))).toMatchObject({
      error: 'access_denied',
      state: 'the state',
    })
    const other = start()
    const next = new URL(await allow(other)).searchParams.get('state') ?? ''
    const response = await other.browser.open(error('server_error').replace(state, next))
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain('evil')
    expectNothing(other)
  })

  it('lets the operator say who somebody is, and who is nobody', async () => {
    const known = start({ user: ({ email }) => ({ userId: `acct:${JSON.stringify(email)}`, tenant: 'acme' }) })
    await known.browser.open(known.provider.signIn(await allow(known)).href)
    expect(known.grants).toMatchObject([{ subject: 'acct:"ada@id.example"', tenant: 'acme' }])
    const unknown = start({ user: () => undefined })
    const response = await unknown.browser.open(unknown.provider.signIn(await allow(unknown)).href)
    expect(sent(response)['error']).toBe('access_denied')
    expectNothing(unknown)
  })

  it('says that the provider cannot be reached, and goes on once it can', async () => {
    const world = start()
    world.provider.isDown = true
    const asked = await reachConsent(world.browser)
    expect((await answer(world.browser, asked, 'approve')).status).toBe(503)
    world.provider.isDown = false
    expect((await answer(world.browser, asked, 'approve')).status).toBe(303)
  })

  it.each([
    ['the metadata of another issuer', { issuer: `${PROVIDER}/` }],
    ['an authorization endpoint over http', { authorization_endpoint: 'http://id.example/authorize' }],
    ['a script as authorization endpoint', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('sends nobody to %s', async (_name, metadata) => {
    const world = start()
    world.provider.metadata = metadata
    const response = await answer(world.browser, await reachConsent(world.browser), 'approve')
    expect(response.status).toBe(503)
    expect(response.headers.get('location')).toBeNull()
  })

  it('sends the secret in the form where the provider wants it so', async () => {
    const world = start()
    world.provider.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] }
    await world.browser.open(world.provider.signIn(await allow(world)).href)
    expect(world.provider.tokenRequests[0]?.get('client_secret')).toBe('a+b%c:d')
    expect(world.provider.authorizations).toEqual([null])
  })

  it.each(['http://id.example', 'ftp://id.example'])('refuses the issuer %s', (issuer) => {
    expect(() => start({ issuer })).toThrow(TypeError)
  })

  it('answers nothing but GET at its callback', async () => {
    const world = start()
    expect((await world.oauth.fetch(new Request(REDIRECT, { method: 'POST', body: 'state=x' }))).status).toBe(400)
    expect((await world.browser.open(authorizeUrl())).status).toBe(303)
  })
})
