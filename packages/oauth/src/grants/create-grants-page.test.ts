import { describe, expect, it } from 'vitest'
import { allow, openGrants, press, registerAs } from '../fixtures/allowing.ts'
import { textOf, type Browser } from '../fixtures/browser.ts'
import { createProvider, PROVIDER } from '../fixtures/identity-provider.ts'
import {
  APP_LOGIN,
  createSigningIn,
  DOCUMENT,
  isPassedOver,
  reachConsent,
  type SigningIn,
} from '../fixtures/signing-in.ts'
import { STORES } from '../fixtures/stores.ts'
import { basic, ISSUER, isGood, NOTES, post } from '../fixtures/world.ts'
import { devLogin } from '../login/dev-login.ts'
import { upstreamLogin } from '../login/upstream-login.ts'
import { memoryStore } from '../memory-store.ts'
import { placed, type Grant } from '../store.ts'

const WEB = 'https://editor.example/cb'
const web = { client_id: DOCUMENT, redirect_uri: WEB }
const GONE = 'That had ended already.'
const INTROSPECTION = { clientId: 'notes-server', clientSecret: 'the notes server has a secret as well' }

const start = (options: Parameters<typeof createSigningIn>[0] = {}) => {
  const world = createSigningIn({ registration: true, ...options })
  return { ...world, browser: world.newBrowser() }
}

const revoked = ({ events }: Pick<SigningIn, 'events'>) => events.filter(({ type }) => type === 'grant.revoked')

const said = async (browser: Browser, response: Response): Promise<string> =>
  textOf(await (await browser.follow(response)).text())

/** Grants that were not allowed on a page, for what takes too long otherwise; returns their ids. */
const addGrants = async (store: SigningIn['store'], count: number, other: (at: number) => Partial<Grant>) => {
  const ids: string[] = []
  for (let at = 0; at < count; at++) {
    const wanted = other(at)
    const given: Grant = {
      clientId: 'app',
      client: { kind: 'registered', name: 'App' },
      subject: 'ada',
      kind: 'user',
      tenant: undefined,
      resource: NOTES,
      scopes: ['notes:read'],
      createdAt: 1_799_000_000_000 + at,
      expiresAt: 1_900_000_000_000,
      ...wanted,
      id: placed(store, wanted.subject ?? 'ada', wanted.id ?? crypto.randomUUID()),
    }
    await store.addGrant(given, undefined, 1_800_000_000_000)
    ids.push(given.id)
  }
  return ids
}

describe('the page of what a person allowed', () => {
  it('shows who may do what, how sure it is who that is, since when, and when it was last used', async () => {
    const world = start()
    const { browser, oauth, clock } = world
    const native = await registerAs(oauth, 'Nor\u202Emal ✔', 'http://127.0.0.1/callback')
    await allow(oauth, browser, { client_id: native, redirect_uri: 'http://127.0.0.1:4000/callback' })
    clock.now += 86_400_000
    const { refresh } = await allow(oauth, browser, { ...web, scope: 'notes:read notes:write notes:share' })
    clock.now += 3_600_000
    expect(
      (await post(oauth, '/token', { grant_type: 'refresh_token', refresh_token: refresh, client_id: DOCUMENT }))
        .status,
    ).toBe(200)
    const { html } = await openGrants(browser)
    expect(textOf(html)).toMatchInlineSnapshot(
      `"Example Notes login.example.com What you allowed Signed in as ada@example.com What you take back ends within 10 minutes at most. The application can ask you again. Editor Identity editor.example This website vouches for the application; its address was verified. For Notes https://notes.example.com/mcp Allowed 16 Jan 2027, 08:00 UTC Last used 16 Jan 2027, 09:00 UTC Ends 16 Apr 2027 It is able to Read your notes notes:read Change your notes notes:write High risk Share your notes with others notes:share Critical Take back Normal Identity Not verified The application registered itself. Anybody can choose its name. For Notes https://notes.example.com/mcp Allowed 15 Jan 2027, 08:00 UTC Ends 15 Apr 2027 It is able to Read your notes notes:read Change your notes notes:write High risk Take back"`,
    )
    expect(html).toContain('<time datetime="2027-01-16T09:00:00.000Z">')
  })

  it('puts together what one application was allowed at one resource, and takes it back together', async () => {
    const world = start()
    const { browser, oauth } = world
    const first = await allow(oauth, browser, { scope: 'notes:read' })
    const second = await allow(oauth, browser, { scope: 'notes:read notes:write' })
    world.clock.now++
    const other = await allow(oauth, browser, web)
    const { forms } = await openGrants(browser)
    expect(forms).toHaveLength(2)
    const page = await said(browser, await press(browser, forms[1]))
    expect(page).toContain('Taken back.')
    expect(page).not.toContain('Known to Example Notes')
    expect([await isGood(oauth, first.refresh), await isGood(oauth, second.refresh)]).toEqual([false, false])
    expect(
      (await post(oauth, '/token', { grant_type: 'refresh_token', refresh_token: other.refresh, client_id: DOCUMENT }))
        .status,
    ).toBe(200)
    expect(revoked(world)).toMatchObject([
      { subject: 'ada', clientId: 'app', clientName: 'App', clientKind: 'pre', resource: NOTES, reason: 'person' },
      { subject: 'ada', clientId: 'app', reason: 'person' },
    ])
  })

  it.each(STORES)('ends at once what a resource server asks about, on a store in %s', async (_name, createStore) => {
    const resources = [
      { resource: NOTES, title: 'Notes', scopes: { 'notes:read': 'Read your notes' }, introspection: INTROSPECTION },
    ]
    const { browser, oauth, store } = start({ resources, store: createStore() })
    const { access } = await allow(oauth, browser, { scope: 'notes:read' })
    const asks = async () => {
      const { clientId, clientSecret } = INTROSPECTION
      const { body } = await post(
        oauth,
        '/introspect',
        { client_id: undefined, token: access },
        basic(clientId, clientSecret),
      )
      const [grant] = await store.listGrants({ subject: 'ada' }, { limit: 1 }, 0)
      return [body['active'], grant !== undefined && (await oauth.isGrantLive(grant.id))]
    }
    expect(await asks()).toEqual([true, true])
    const { forms } = await openGrants(browser)
    await press(browser, forms[0])
    expect(await asks()).toEqual([false, false])
  })

  it('has the application ask again, even where the answer was remembered', async () => {
    const { browser, oauth } = start()
    await allow(oauth, browser, web)
    expect(await isPassedOver(browser, web)).toBe(true)
    const { forms } = await openGrants(browser)
    await press(browser, forms[0])
    expect(await isPassedOver(browser, web)).toBe(false)
  })

  it('has nothing to show for who allowed nothing', async () => {
    const { html, forms } = await openGrants(start().browser)
    expect(textOf(html)).toContain('No application may do anything for you here.')
    expect(forms).toEqual([])
  })

  it('shows what the operator does not describe any more, by its name alone', async () => {
    const { store, browser } = start()
    await addGrants(store, 1, () => ({ client: undefined, resource: 'https://old.example/mcp', scopes: ['old:<b>'] }))
    const { html } = await openGrants(browser)
    expect(textOf(html)).toContain('An application without a name Identity Not verified')
    expect(html).toContain('https://old.example/mcp')
    expect(html).toContain('old:&lt;b&gt;')
  })

  it('is on pages where there is much, and says when there is more than it reads', async () => {
    const { store, browser } = start()
    await addGrants(store, 45, (at) => ({ clientId: `app-${at}`, client: { kind: 'registered', name: `App ${at}` } }))
    const names = async (query: string) =>
      [...(await openGrants(browser, query)).html.matchAll(/<h2[^>]*>([^<]*)/g)].map(([, name]) => name)
    expect((await names('')).length).toBe(20)
    expect((await names(''))[0]).toBe('App 44')
    expect(await names('?page=3')).toEqual(['App 4', 'App 3', 'App 2', 'App 1', 'App 0'])
    for (const query of ['?page=9', '?page=3']) expect((await names(query)).length).toBe(5)
    for (const query of ['?page=0', '?page=-1', '?page=x', '?page=1e9']) expect((await names(query))[0]).toBe('App 44')
    const { html } = await openGrants(browser, '?page=2')
    expect(textOf(html)).toContain('Used later Page 2 of 3 Used earlier')
    expect(textOf(html)).not.toContain('more than this page can show')
    await addGrants(store, 1000, () => ({}))
    const full = await openGrants(browser)
    expect(textOf(full.html)).toContain('There is more than this page can show.')
    await press(browser, full.forms[0])
    expect((await openGrants(browser)).html).not.toContain('more than this page can show')
    expect((await store.listGrants({ clientId: 'app' }, { limit: 1 }, 0)).length).toBe(0)
  })
})

describe('nothing is taken back', () => {
  const takesNothing = async (world: ReturnType<typeof start>, refresh: string) => {
    expect(revoked(world)).toEqual([])
    expect(await isGood(world.oauth, refresh)).toBe(true)
  }

  it('of another person, of the same name in another tenant, or of a program that is called like a person', async () => {
    const world = start()
    const { browser, oauth, session, store } = world
    const { refresh } = await allow(oauth, browser)
    const own = await openGrants(browser)
    const id = world.grants[0]?.id ?? ''
    const [program = ''] = await addGrants(store, 1, () => ({ subject: 'eve', kind: 'client' }))
    for (const user of [{ userId: 'eve' }, { userId: 'ada', tenant: 'acme' }]) {
      session.user = user
      const thief = world.newBrowser()
      const { html, forms } = await openGrants(thief)
      expect(forms).toEqual([])
      expect(html).not.toContain(id)
      await addGrants(store, 1, () => ({ subject: user.userId, tenant: user.tenant, id: `own-${user.userId}` }))
      const [form] = (await openGrants(thief)).forms
      for (const other of [id, program, 'none', '']) {
        form?.fields.set('grant', other)
        expect(await said(thief, await press(thief, form))).toContain(GONE)
      }
      // The page of the person who was signed in before is not good for this one.
      expect((await press(browser, own.forms[0])).status).toBe(400)
    }
    expect((await oauth.grants.list({ grantId: program })).length).toBe(1)
    await takesNothing(world, refresh)
  })

  it('for whoever is not signed in', async () => {
    const world = start()
    const { browser, oauth, session } = world
    const { refresh } = await allow(oauth, browser)
    const { forms } = await openGrants(browser)
    session.user = undefined
    const page = await browser.open(`${ISSUER}/grants`)
    expect(page.headers.get('location')).toBe(`${APP_LOGIN}?to=${encodeURIComponent(`${ISSUER}/grants`)}`)
    const response = await press(browser, forms[0])
    expect(response.status).toBe(403)
    expect(textOf(await response.text())).toContain('Nothing was taken back.')
    await takesNothing(world, refresh)
  })

  it.each([
    ['another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another origin of an old browser', { origin: 'https://evil.example', 'sec-fetch-site': null }],
    ['another host of the same site', { origin: 'https://evil.example.com', 'sec-fetch-site': 'same-site' }],
    ['nobody knows where', { origin: null, 'sec-fetch-site': null }],
  ])('by a form from %s', async (_name, headers) => {
    const world = start()
    const { refresh } = await allow(world.oauth, world.browser)
    const { forms } = await openGrants(world.browser)
    expect((await press(world.browser, forms[0], 'take-back', headers)).status).toBe(403)
    await takesNothing(world, refresh)
  })

  it('without the cookie, with the token of another browser, none or two', async () => {
    const world = start()
    const { browser, oauth } = world
    const { refresh } = await allow(oauth, browser)
    const [form] = (await openGrants(browser)).forms
    const [stolen] = (await openGrants(world.newBrowser())).forms
    expect((await press(world.newBrowser(), form)).status).toBe(400)
    expect((await press(browser, stolen)).status).toBe(400)
    const token = form?.fields.get('token') ?? ''
    form?.fields.append('token', token)
    expect((await press(browser, form)).status).toBe(400)
    form?.fields.delete('token')
    expect((await press(browser, form)).status).toBe(400)
    await takesNothing(world, refresh)
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('by %s', async (method) => {
    const world = start()
    const { refresh } = await allow(world.oauth, world.browser)
    const [form] = (await openGrants(world.browser)).forms
    const cookie = [...world.browser.cookies].map((pair) => pair.join('=')).join('; ')
    const url = `${form?.action}?${form?.fields}&do=take-back`
    const response = await world.oauth.fetch(new Request(url, { method, headers: { cookie } }))
    expect(response.status).toBe(method === 'GET' ? 200 : 405)
    await takesNothing(world, refresh)
  })

  it.each([
    ['another word', { do: 'everything' }],
    ['two words', { do: 'take-back sign-out' }],
    ['a long form', { do: 'x'.repeat(20_000) }],
  ])('by a form with %s', async (_name, fields) => {
    const world = start()
    const { refresh } = await allow(world.oauth, world.browser)
    const [form] = (await openGrants(world.browser)).forms
    expect((await press(world.browser, form, fields.do)).status).toBeGreaterThanOrEqual(400)
    await takesNothing(world, refresh)
  })
})

describe('a page that was left open', () => {
  it('takes back once what is pressed twice, even at the same time', async () => {
    const world = start()
    const { browser, oauth } = world
    await allow(oauth, browser)
    const [form] = (await openGrants(browser)).forms
    const answers = await Promise.all([press(browser, form), press(browser, form)])
    const pages = await Promise.all(answers.map((response) => said(browser, response)))
    expect(pages.map((page) => page.includes('Taken back.')).filter(Boolean)).toEqual([true])
    expect(pages.map((page) => page.includes(GONE)).filter(Boolean)).toEqual([true])
    expect(await said(browser, await press(browser, form))).toContain(GONE)
    expect(revoked(world)).toHaveLength(1)
  })

  it('does not take back what was allowed anew since', async () => {
    const { browser, oauth } = start()
    await allow(oauth, browser)
    const [form] = (await openGrants(browser)).forms
    await press(browser, form)
    const { refresh } = await allow(oauth, browser)
    expect(await said(browser, await press(browser, form))).toContain(GONE)
    expect(await isGood(oauth, refresh)).toBe(true)
  })

  it('is good for another tab and for an hour', async () => {
    const { browser, oauth } = start()
    await allow(oauth, browser)
    const [form] = (await openGrants(browser)).forms
    const response = await browser.open(`${ISSUER}/grants`)
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-hawser-grants=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600$/),
    ])
    expect(await said(browser, await press(browser, form))).toContain('Taken back.')
  })

  it('says nothing that a link of somebody else has it say', async () => {
    const { browser } = start()
    for (const came of ['taken', 'gone', 'A'.repeat(43)]) {
      expect((await openGrants(browser, `?came=${came}`)).html).not.toContain('role="status"')
    }
  })
})

it('cannot be framed, stored or followed, loads nothing, and sends forms nowhere else', async () => {
  const { browser, oauth } = start()
  await allow(oauth, browser)
  const { response, html } = await openGrants(browser)
  const policy = response.headers.get('content-security-policy') ?? ''
  expect(policy.replace(/nonce-[^']+/, 'nonce-X')).toBe(
    "default-src 'none'; style-src 'nonce-X'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  )
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  })
  expect(html).not.toMatch(/<script|\son\w+=|javascript:|\ssrc=|<link|<img|@import|url\(/i)
})

it('is linked from the page that asks', async () => {
  const { html } = await reachConsent(start().browser)
  expect(html).toContain(`<a href="${ISSUER}/grants" target="_blank" rel="noreferrer">What you allowed</a>`)
})

describe('who came to see it signs in', () => {
  const LOCAL = 'http://localhost:3000'

  it('by devLogin, and signs out', async () => {
    const world = start({ issuer: LOCAL, login: devLogin() })
    const { browser } = world
    await addGrants(world.store, 1, () => ({ subject: 'grace' }))
    const page = await browser.follow(await browser.open(`${LOCAL}/grants`))
    const html = await page.text()
    expect(textOf(html)).toContain('Sign in for development')
    const fields = new URLSearchParams({ name: 'grace' })
    const forged = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await browser.post(`${LOCAL}/login`, fields, forged)).status).toBe(403)
    expect((await browser.post(`${LOCAL}/login`, new URLSearchParams({ name: 'a b' }))).status).toBe(400)
    expect(await said(browser, await browser.post(`${LOCAL}/login`, fields))).toContain('Signed in as grace')
    const { forms } = await openGrants(browser, '', LOCAL)
    expect(await said(browser, await press(browser, forms[0], 'sign-out'))).toContain('Sign in for development')
    expect((await press(browser, forms[0])).status).toBe(403)
    expect(revoked(world)).toEqual([])
  })

  it('by devLogin from this computer alone', async () => {
    const { browser } = start({ issuer: LOCAL, login: devLogin() })
    const proxied = { 'x-forwarded-for': '203.0.113.7' }
    for (const path of ['/grants', '/login']) expect((await browser.open(LOCAL + path, proxied)).status).toBe(403)
    expect((await browser.post(`${LOCAL}/login`, new URLSearchParams({ name: 'ada' }), proxied)).status).toBe(403)
    expect(browser.cookies.size).toBe(0)
  })

  const upstream = (options: Parameters<typeof createSigningIn>[0] = {}, user?: () => undefined) => {
    const provider = createProvider(Date.now)
    const login = upstreamLogin({
      name: 'Contoso',
      issuer: PROVIDER,
      clientId: 'hawser',
      fetch: provider.fetch,
      ...(user && { user }),
    })
    // ID tokens are judged by the clock of the machine.
    return { ...start({ login, now: Date.now, ...options }), provider }
  }
  const leave = async (browser: Browser) => browser.post(`${ISSUER}/login/visit`, new URLSearchParams())

  it('with an identity provider, after a form of this server and in the same browser', async () => {
    const world = upstream()
    const { browser, provider, store } = world
    await addGrants(store, 1, () => ({ subject: 'user-7' }))
    const invited = await browser.open(`${ISSUER}/grants`)
    expect(textOf(await invited.text())).toContain('Sign in with Contoso')
    expect(browser.cookies.size).toBe(0)
    expect((await browser.open(`${ISSUER}/login/visit`)).headers.get('location')).toBe(`${ISSUER}/grants`)
    const location = (await leave(browser)).headers.get('location') ?? ''
    expect(new URL(location).searchParams.get('prompt')).toBe('select_account')
    const back = provider.signIn(location).href
    expect((await world.newBrowser().open(back)).status).toBe(400)
    const page = await browser.follow(await browser.open(back))
    expect(textOf(await page.text())).toContain('Signed in as ada@id.example')
    const { forms } = await openGrants(browser)
    expect(await said(browser, await press(browser, forms[0]))).toContain('Taken back.')
    expect(await said(browser, await press(browser, forms[0], 'sign-out'))).toContain('Sign in with Contoso')
    // The answer of the provider counts once.
    expect((await browser.open(back)).status).toBe(400)
    expect(world.events.map(({ type }) => type)).toEqual(['grant.revoked'])
  })

  it('with an identity provider, but not by a form of another page, too often, or without an account', async () => {
    const { browser } = upstream()
    const forged = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await browser.post(`${ISSUER}/login/visit`, new URLSearchParams(), forged)).status).toBe(403)
    const limited = upstream({ clientAddress: () => '203.0.113.7' })
    const statuses = new Set<number>()
    for (let at = 0; at < 31; at++) statuses.add((await leave(limited.browser)).status)
    expect([...statuses]).toEqual([303, 429])
    const unknown = upstream({}, () => undefined)
    const location = (await leave(unknown.browser)).headers.get('location') ?? ''
    const response = await unknown.browser.open(unknown.provider.signIn(location).href)
    expect(response.status).toBe(400)
    expect(unknown.browser.cookies.size).toBe(0)
    expect(unknown.events).toMatchObject([{ type: 'authorization.refused', reason: 'no_account' }])
  })
})

describe('for programs of the operator', () => {
  it('is a list in parts, and ends what a page of theirs says', async () => {
    const world = start()
    const ids = await addGrants(world.store, 3, (at) => ({ id: `g${at}`, resource: `https://r${at}.example` }))
    const { grants } = world.oauth
    expect((await grants.list()).map(({ id }) => id)).toEqual(ids)
    expect((await grants.list({ subject: 'ada' }, { limit: 1, after: ids[0] })).map(({ id }) => id)).toEqual([ids[1]])
    for (const limit of [0, 1001, 1.5]) await expect(grants.list({}, { limit })).rejects.toThrow(RangeError)
    expect(await grants.revoke({ grantId: ids[0] }, 'person')).toBe(1)
    expect(await grants.revoke({ subject: 'ada' })).toBe(2)
    expect(await grants.revoke({})).toBe(0)
    expect(revoked(world).map(({ reason }) => reason)).toEqual(['person', 'operator', 'operator'])
  })

  it('forgets what was remembered even when the event cannot be kept', async () => {
    const refuse = { isOn: false }
    const { browser, oauth } = start({
      onEvent: () => {
        if (refuse.isOn) throw new Error('The log is full.')
      },
    })
    await allow(oauth, browser, web)
    refuse.isOn = true
    await expect(oauth.grants.revoke({ subject: 'ada' })).rejects.toThrow('The log is full.')
    refuse.isOn = false
    expect(await isPassedOver(browser, web)).toBe(false)
  })

  it('ends nothing whose client would be let in again without asking', async () => {
    const store = memoryStore()
    const failing = { isOn: false }
    const removeConsents: typeof store.removeConsents = (...given) => {
      if (failing.isOn) throw new Error('The disk is full.')
      return store.removeConsents(...given)
    }
    const { browser, oauth } = start({ store: { ...store, removeConsents } })
    const { refresh } = await allow(oauth, browser, web)
    failing.isOn = true
    await expect(oauth.grants.revoke({ subject: 'ada' })).rejects.toThrow('The disk is full.')
    expect((await oauth.grants.list({ subject: 'ada' })).length).toBe(1)
    const form = { grant_type: 'refresh_token', refresh_token: refresh, client_id: DOCUMENT }
    expect((await post(oauth, '/token', form)).status).toBe(200)
  })
})
