import { describe, expect, it } from 'vitest'
import { formsOf, textOf } from '../fixtures/browser.ts'
import {
  answer,
  APP_LOGIN,
  authorizeUrl,
  createSigningIn,
  DOCUMENT,
  editorDocument,
  isPassedOver,
  LOOPBACK,
  reachConsent,
  type SigningIn,
} from '../fixtures/signing-in.ts'
import { CALLBACK, ISSUER, NOTES, sent } from '../fixtures/world.ts'

/** Nothing was issued, nothing remembered. */
const expectNothing = ({ grants, consents, events }: SigningIn): void => {
  expect(grants).toEqual([])
  expect(consents).toEqual([])
  expect(events.map(({ type }) => type)).not.toContain('consent.approved')
}

describe('the consent page', () => {
  // spec: proxy-page-client, proxy-page-scopes, proxy-page-redirect
  it('asks, and gives exactly what was allowed', async () => {
    const world = createSigningIn()
    const browser = world.newBrowser()
    const asked = await reachConsent(browser)
    expect(textOf(asked.html)).toMatchInlineSnapshot(
      `"Example Notes login.example.com Allow App to use Notes? Signed in as ada@example.com Identity Known to Example Notes The operator of this sign-in registered it. Sent to client.example.com This website receives the permission. For Notes https://notes.example.com/mcp It will be able to Read your notes notes:read Always included Change your notes notes:write High risk The application can use this permission while you are away, for 90 days at most. You can take it back at any time under What you allowed . Don’t allow Allow"`,
    )
    const response = await answer(browser, asked, 'approve')
    expect(sent(response)).toMatchObject({ state: 'the state', iss: ISSUER })
    expect(world.grants).toMatchObject([
      { subject: 'ada', clientId: 'app', resource: NOTES, scopes: ['notes:read', 'notes:write'] },
    ])
    expect(world.events.map(({ type }) => type)).toEqual(['consent.shown', 'consent.approved'])
  })

  it('TA24: answers with 303 to the redirect URI, with code, state and issuer, each once', async () => {
    const world = createSigningIn()
    const browser = world.newBrowser()
    const response = await answer(browser, await reachConsent(browser), 'approve')
    expect(response.status).toBe(303)
    const location = response.headers.get('location') ?? ''
    expect(location.startsWith(`${CALLBACK}?`)).toBe(true)
    expect([...new URL(location).searchParams.keys()].toSorted()).toEqual(['code', 'iss', 'state'])
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  })

  // spec: auth-iss-sent
  it('TA25: tells the client of a refusal with its state and the issuer, and nothing else', async () => {
    const world = createSigningIn()
    const browser = world.newBrowser()
    const response = await answer(browser, await reachConsent(browser), 'deny')
    expect(sent(response)).toEqual({
      error: 'access_denied',
      error_description: expect.stringMatching(/^[\w .]+$/),
      state: 'the state',
      iss: ISSUER,
    })
    expectNothing(world)
  })

  it('TA25: says the same of a scope that does not exist', async () => {
    const world = createSigningIn()
    const response = await world.newBrowser().open(authorizeUrl({ scope: 'notes:own' }))
    expect(sent(response)).toEqual({
      error: 'invalid_scope',
      error_description: expect.stringMatching(/^[\w .,]+$/),
      state: 'the state',
      iss: ISSUER,
    })
    expectNothing(world)
  })

  it('grants the scopes whose box stayed ticked, and those without a box', async () => {
    const world = createSigningIn()
    const browser = world.newBrowser()
    const asked = await reachConsent(browser, { scope: 'notes:read notes:write notes:share' })
    expect(asked.form.fields.getAll('scope')).toEqual(['notes:write', 'notes:share'])
    asked.form.fields.delete('scope', 'notes:share')
    sent(await answer(browser, asked, 'approve'))
    expect(world.grants[0]?.scopes).toEqual(['notes:read', 'notes:write'])
    expect(world.consents[0]?.scopes).toEqual(['notes:read', 'notes:write'])
  })

  it('takes it for a refusal when no tick is left', async () => {
    const world = createSigningIn()
    const browser = world.newBrowser()
    const asked = await reachConsent(browser, { scope: 'notes:write' })
    asked.form.fields.delete('scope')
    expect(sent(await answer(browser, asked, 'approve'))['error']).toBe('access_denied')
    expectNothing(world)
  })

  it('leads to the sign-in of the application first, and back', async () => {
    const world = createSigningIn()
    const { user } = world.session
    world.session.user = undefined
    const browser = world.newBrowser()
    const response = await browser.open(authorizeUrl())
    const location = new URL(response.headers.get('location') ?? '')
    expect(location.href.startsWith(APP_LOGIN)).toBe(true)
    world.session.user = user
    const page = await browser.open(location.searchParams.get('to') ?? '')
    expect(textOf(await page.text())).toContain('Signed in as ada@example.com')
  })

  it('counts the answer for the person whose name the page showed', async () => {
    const world = createSigningIn()
    const browser = world.newBrowser()
    const asked = await reachConsent(browser)
    world.session.user = { userId: 'eve' }
    sent(await answer(browser, asked, 'approve'))
    expect(world.grants[0]?.subject).toBe('ada')
  })

  it('says how long it lasts, with and without refresh tokens', async () => {
    const grants = [undefined, ['authorization_code'] as const]
    const pages = grants.map(async (some) => {
      const clients = [{ clientId: 'app', name: 'App', redirectUris: [CALLBACK], grants: some }]
      return textOf((await reachConsent(createSigningIn({ clients }).newBrowser())).html)
    })
    const [lasting, passing] = await Promise.all(pages)
    expect(lasting).toContain('can use this permission while you are away, for 90 days at most.')
    expect(passing).toContain('ends after 10 minutes; the application then has to ask again.')
  })

  it('marks what was allowed before and what is new', async () => {
    const world = createSigningIn()
    const browser = world.newBrowser()
    sent(
      await answer(
        browser,
        await reachConsent(browser, { client_id: 'native', redirect_uri: LOOPBACK, scope: 'notes:read' }),
        'approve',
      ),
    )
    const { html } = await reachConsent(browser, { client_id: 'native', redirect_uri: LOOPBACK })
    expect(textOf(html)).toContain('notes:read Already allowed')
    expect(textOf(html)).toContain('notes:write High risk New')
  })

  describe('is safe from others', () => {
    // spec: proxy-page-forgery
    it('TA15: gives nothing to a post without the cookie, from another browser, or for an unknown handle', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const asked = await reachConsent(browser)
      const thief = world.newBrowser()
      for (const visit of [false, true]) {
        if (visit) await reachConsent(thief)
        const response = await answer(thief, asked, 'approve')
        expect(response.status).toBe(400)
        expect(response.headers.get('location')).toBeNull()
      }
      asked.form.fields.set('handle', 'A'.repeat(43))
      expect((await answer(browser, asked, 'approve')).status).toBe(400)
      expectNothing(world)
    })

    it('TA15: shows the page of a handle to the browser that began only', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const location = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
      expect((await world.newBrowser().open(location)).status).toBe(400)
      expect((await browser.open(location)).status).toBe(200)
    })

    it('shows the page to a browser that opens it twice at once', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const location = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
      const pages = await Promise.all([browser.open(location), browser.open(location)])
      expect(pages.map(({ status }) => status)).toEqual([200, 200])
    })

    it('TA15: gives one code for a handle, and none after ten minutes', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const asked = await reachConsent(browser)
      const late = await reachConsent(browser)
      sent(await answer(browser, asked, 'approve'))
      for (const decision of ['approve', 'deny']) {
        const again = await answer(browser, asked, decision)
        expect(again.status).toBe(400)
        expect(again.headers.get('location')).toBeNull()
      }
      world.clock.now += 600_000
      expect((await answer(browser, late, 'approve')).status).toBe(400)
      expect(world.grants.length).toBe(1)
    })

    it('TA15: gives one code to twenty answers at the same time', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const asked = await reachConsent(browser)
      const cookies = [...browser.cookies]
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => {
          const tab = world.newBrowser()
          for (const [name, value] of cookies) tab.cookies.set(name, value)
          return answer(tab, asked, 'approve')
        }),
      )
      expect(answers.map(({ status }) => status === 303).filter(Boolean)).toEqual([true])
      expect(answers.filter(({ status }) => status === 400).length).toBe(19)
      expect(world.grants.length).toBe(1)
    })

    // spec: proxy-page-forgery
    it.each([
      ['another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
      ['another origin of an old browser', { origin: 'https://evil.example', 'sec-fetch-site': null }],
      ['another host of the same site', { origin: 'https://evil.example.com', 'sec-fetch-site': 'same-site' }],
      ['our origin, says a page, but not the browser', { origin: ISSUER, 'sec-fetch-site': 'cross-site' }],
      ['a sandbox', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
      ['a sandbox in an old browser', { origin: 'null', 'sec-fetch-site': null }],
      ['nobody knows where', { origin: null, 'sec-fetch-site': null }],
      ['an address that the person typed', { origin: null, 'sec-fetch-site': 'none' }],
      ['our origin over http', { origin: 'http://login.example.com', 'sec-fetch-site': null }],
    ])('TA16: refuses a form from %s', async (_name, headers) => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const asked = await reachConsent(browser)
      const response = await answer(browser, asked, 'approve', headers)
      expect(response.status).toBe(403)
      expect(response.headers.get('location')).toBeNull()
      expectNothing(world)
      // The person can still answer.
      sent(await answer(browser, asked, 'approve'))
    })

    it('TA16: takes the form from browsers that say our origin, and nothing more', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      sent(await answer(browser, await reachConsent(browser), 'approve', { origin: ISSUER, 'sec-fetch-site': null }))
    })

    it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('TA16: allows nothing by %s', async (method) => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const { form } = await reachConsent(browser)
      form.fields.set('decision', 'approve')
      const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
      const response = await world.oauth.fetch(
        new Request(`${form.action}?${form.fields}`, { method, headers: { cookie } }),
      )
      expect(response.headers.get('location')).toBeNull()
      expect(response.status).toBe(method === 'GET' ? 200 : 405)
      expectNothing(world)
    })

    it('TA17: trusts nothing of the form but the handle, the decision and fewer scopes', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const asked = await reachConsent(browser)
      for (const [name, value] of Object.entries({
        client_id: 'evil',
        redirect_uri: 'https://evil.example/cb',
        resource: 'https://evil.example',
        user: 'eve',
        userId: 'eve',
        state: 'evil',
        code_challenge: 'evil',
      })) {
        asked.form.fields.append(name, value)
      }
      const response = await answer(browser, asked, 'approve')
      expect(response.headers.get('location')?.startsWith(`${CALLBACK}?`)).toBe(true)
      expect(sent(response)['state']).toBe('the state')
      expect(world.grants).toMatchObject([{ subject: 'ada', clientId: 'app', resource: NOTES }])
    })

    it.each([
      ['a scope that was not asked for', { scope: 'notes:share' }],
      ['a scope that does not exist', { scope: 'everything' }],
      ['scopes in one field', { scope: 'notes:read notes:write' }],
      ['two decisions', { decision: 'deny' }],
    ])('TA17: refuses a form with %s', async (_name, fields) => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const asked = await reachConsent(browser)
      asked.form.fields.set('decision', 'approve')
      for (const [name, value] of Object.entries(fields)) asked.form.fields.append(name, value)
      const response = await answer(browser, asked, '')
      expect(response.status).toBe(400)
      expect(response.headers.get('location')).toBeNull()
      expectNothing(world)
    })

    it.each([
      ['no decision', ''],
      ['another decision', 'allow'],
    ])('TA17: refuses a form with %s', async (_name, decision) => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      expect((await answer(browser, await reachConsent(browser), decision)).status).toBe(400)
      expectNothing(world)
    })

    it('TA17: refuses two handles, another type and a long form', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const asked = await reachConsent(browser)
      const [handle = ''] = asked.form.fields.getAll('handle')
      asked.form.fields.append('handle', handle)
      expect((await answer(browser, asked, 'approve')).status).toBe(400)
      asked.form.fields.set('handle', handle)
      expect((await answer(browser, asked, 'approve', { 'content-type': 'text/plain' })).status).toBe(400)
      asked.form.fields.set('x', 'x'.repeat(20_000))
      expect((await answer(browser, asked, 'approve')).status).toBe(413)
      expectNothing(world)
    })

    // spec: proxy-page-frames
    it('TA18: cannot be framed, stored or followed, and loads nothing from anywhere', async () => {
      const world = createSigningIn()
      const { response, html } = await reachConsent(world.newBrowser())
      const policy = response.headers.get('content-security-policy') ?? ''
      const nonce = /style-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
      expect(nonce).toMatch(/^[\w-]{22,}$/)
      expect(policy.replace(nonce, 'X')).toBe(
        "default-src 'none'; style-src 'nonce-X'; form-action 'self' https:; frame-ancestors 'none'; base-uri 'none'",
      )
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'content-type': 'text/html; charset=utf-8',
      })
      expect(html).not.toMatch(/<script|\son\w+=|javascript:|\ssrc=|<link|<img|@import|url\(/i)
      const other = await reachConsent(world.newBrowser())
      expect(other.response.headers.get('content-security-policy')).not.toContain(nonce)
    })

    it.each([
      [LOOPBACK, "form-action 'self' https: http://127.0.0.1:51234;"],
      ['http://[::1]:51234/callback', "form-action 'self' https: http:;"],
    ])('TA18: lets the form lead to %s', async (redirect_uri, expected) => {
      const world = createSigningIn({
        clients: [
          {
            clientId: 'native',
            name: 'Native',
            redirectUris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
          },
        ],
      })
      const { response } = await reachConsent(world.newBrowser(), { client_id: 'native', redirect_uri })
      expect(response.headers.get('content-security-policy')).toContain(expected)
    })

    it('TA19: shows a name that means harm as harmless text', async () => {
      const world = createSigningIn()
      const ask = async (client_name: string) => {
        world.document.current = { ...editorDocument, client_name }
        world.clock.now += 3_600_000
        return (await reachConsent(world.newBrowser(), { client_id: DOCUMENT, redirect_uri: LOOPBACK })).html
      }
      const script = await ask('<script>alert(1)</script>" onload="x')
      expect(script).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x')
      expect(script).not.toContain('<script')
      expect(textOf(await ask('Edi\u202Etor'))).toContain('Allow Editor to use Notes?')
      expect(textOf(await ask('Google Inc. ✔'))).toContain('Allow Google Inc. to use Notes?')
      expect(textOf(await ask('n'.repeat(3000)))).toContain(`Allow ${'n'.repeat(59)}… to use Notes?`)
      expect(textOf(await ask('https://bank.example'))).toContain('Allow editor.example to use Notes?')
    })

    it('TA19: says of a client that registered itself that nobody verified it', async () => {
      const world = createSigningIn({ registration: true })
      const registered = await world.oauth.fetch(
        new Request(`${ISSUER}/register`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ client_name: 'Bank', redirect_uris: ['https://bank.example/cb'] }),
        }),
      )
      const { client_id } = (await registered.json()) as { client_id: string }
      const { html } = await reachConsent(world.newBrowser(), { client_id, redirect_uri: 'https://bank.example/cb' })
      expect(textOf(html)).toContain(
        'Identity Not verified The application registered itself. Anybody can choose its name.',
      )
    })

    // spec: security-localhost-warning, security-redirect-shown, proxy-page-redirect
    it('TA20: shows where the answer goes, and warns of an address on this computer', async () => {
      const world = createSigningIn()
      const page = async (values: Record<string, string>) =>
        textOf((await reachConsent(world.newBrowser(), values)).html)
      const web = await page({ client_id: DOCUMENT, redirect_uri: 'https://editor.example/cb' })
      expect(web).toContain(
        'Identity editor.example This website vouches for the application; its address was verified. Sent to editor.example This website receives the permission.',
      )
      expect(web).not.toContain('Continue only if')
      const local = await page({ client_id: DOCUMENT, redirect_uri: LOOPBACK })
      expect(local).toContain('Sent to 127.0.0.1:51234 On this computer.')
      expect(local).toContain(
        'The permission goes to an application on this computer. Continue only if you just started it yourself.',
      )
    })
  })

  describe('remembers', () => {
    const web = { client_id: DOCUMENT, redirect_uri: 'https://editor.example/cb' }

    const allowed = async (values: Record<string, string> = web) => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      sent(await answer(browser, await reachConsent(browser, values), 'approve'))
      return { world, browser }
    }

    it('exactly what was allowed, and less of it', async () => {
      const { world, browser } = await allowed()
      expect(await isPassedOver(browser, web)).toBe(true)
      expect(await isPassedOver(world.newBrowser(), { ...web, scope: 'notes:read' })).toBe(true)
      expect(world.grants.map(({ scopes }) => scopes)).toEqual([
        ['notes:read', 'notes:write'],
        ['notes:read', 'notes:write'],
        ['notes:read'],
      ])
    })

    it('nothing that was refused', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      sent(await answer(browser, await reachConsent(browser, web), 'deny'))
      expect(await isPassedOver(browser, web)).toBe(false)
    })

    it('nothing of an approval that came twice', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const asked = await reachConsent(browser, web)
      sent(await answer(browser, asked, 'deny'))
      expect((await answer(browser, asked, 'approve')).status).toBe(400)
      expectNothing(world)
    })

    it('one of a refusal and an approval that come together', async () => {
      const world = createSigningIn()
      const browser = world.newBrowser()
      const asked = await reachConsent(browser, web)
      const both = await Promise.all([answer(browser, asked, 'deny'), answer(browser, asked, 'approve')])
      const [refused, approved] = both.map(({ status }) => status === 303)
      expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 400])
      expect([refused, approved]).toEqual([!approved, world.grants.length === 1])
      expect(world.consents.length === 1).toBe(approved)
    })

    it('nothing of a person who may not use the resource', async () => {
      const world = createSigningIn({
        resources: [
          { resource: NOTES, title: 'Notes', tenant: 'acme', scopes: { 'notes:read': 'Read', 'notes:write': 'Write' } },
        ],
      })
      const browser = world.newBrowser()
      expect(sent(await answer(browser, await reachConsent(browser, web), 'approve'))['error']).toBe('access_denied')
      expectNothing(world)
    })

    it('nothing for a client that registered itself, but marks what was allowed', async () => {
      const world = createSigningIn({ registration: true })
      const registered = await world.oauth.fetch(
        new Request(`${ISSUER}/register`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ client_name: 'Bank', redirect_uris: [web.redirect_uri] }),
        }),
      )
      const { client_id } = (await registered.json()) as { client_id: string }
      const browser = world.newBrowser()
      sent(await answer(browser, await reachConsent(browser, { ...web, client_id }), 'approve'))
      const { html } = await reachConsent(browser, { ...web, client_id })
      expect(textOf(html)).toContain('notes:write High risk Already allowed')
    })

    // spec: security-proxy-consent, proxy-registry
    it('nothing for another client that has the same name and redirect', async () => {
      const twin = { name: 'App', redirectUris: [CALLBACK] }
      const world = createSigningIn({
        clients: [
          { ...twin, clientId: 'app' },
          { ...twin, clientId: 'twin' },
        ],
      })
      const browser = world.newBrowser()
      sent(await answer(browser, await reachConsent(browser), 'approve'))
      expect(await isPassedOver(browser)).toBe(true)
      expect(await isPassedOver(browser, { client_id: 'twin' })).toBe(false)
    })

    it('for thirty days', async () => {
      const { world, browser } = await allowed()
      world.clock.now += 30 * 86_400_000 - 1
      expect(await isPassedOver(browser, web)).toBe(true)
      world.clock.now += 1
      expect(await isPassedOver(browser, web)).toBe(false)
    })

    it('nothing that the operator took back, by the grant or, where no grant is left, by the person', async () => {
      const { world, browser } = await allowed()
      expect(await world.oauth.grants.revoke({ grantId: world.grants[0]?.id })).toBe(1)
      expect(await isPassedOver(browser, web)).toBe(false)
      const other = await allowed()
      await other.world.store.revokeGrants({ subject: 'ada' })
      expect(await other.world.oauth.grants.revoke({ subject: 'ada', clientId: DOCUMENT })).toBe(0)
      expect(await isPassedOver(other.browser, web)).toBe(false)
    })

    it('TA21: nothing for an address on this computer, where anybody can listen with the id of another', async () => {
      const local = { client_id: DOCUMENT, redirect_uri: LOOPBACK }
      const { browser } = await allowed(local)
      for (const redirect_uri of [LOOPBACK, 'http://127.0.0.1:4444/callback', 'http://localhost:4444/callback']) {
        const { html } = await reachConsent(browser, { ...local, redirect_uri })
        expect(textOf(html)).toContain('Continue only if you just started it yourself')
      }
    })

    it('TA22: asks again for a larger scope', async () => {
      const { browser } = await allowed()
      expect(await isPassedOver(browser, { ...web, scope: 'notes:read notes:write notes:share' })).toBe(false)
      expect(await isPassedOver(browser, { ...web, scope: 'notes:share' })).toBe(false)
    })

    it('TA22: asks again for another host', async () => {
      const { browser } = await allowed({ client_id: 'app', redirect_uri: CALLBACK })
      expect(await isPassedOver(browser, { redirect_uri: CALLBACK })).toBe(true)
      expect(await isPassedOver(browser, { redirect_uri: 'https://other.example.com/callback' })).toBe(false)
    })

    it.each([
      ['redirects', { redirect_uris: [...editorDocument.redirect_uris, 'https://editor.example/cb2'] }],
      ['keys', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }] } }],
      ['name', { client_name: 'Bank' }],
    ])('TA22: asks again when the document of the client has other %s', async (_name, members) => {
      const { world, browser } = await allowed()
      world.document.current = { ...editorDocument, ...members }
      world.clock.now += 3_600_000
      expect(await isPassedOver(browser, web)).toBe(false)
    })

    // spec: proxy-registry
    it('TA22: asks another person, and the same name in another tenant', async () => {
      const { world, browser } = await allowed()
      for (const user of [{ userId: 'eve' }, { userId: 'ada', tenant: 'acme' }]) {
        world.session.user = user
        expect(await isPassedOver(browser, web)).toBe(false)
      }
    })

    it('TA22: asks again for another resource', async () => {
      const drive = {
        resource: 'https://drive.example.com/mcp',
        title: 'Drive',
        scopes: { 'notes:read': 'Read', 'notes:write': 'Write' },
      }
      const notes = { ...drive, resource: NOTES }
      const world = createSigningIn({ resources: [notes, drive] })
      const browser = world.newBrowser()
      sent(await answer(browser, await reachConsent(browser, { ...web, resource: NOTES }), 'approve'))
      expect(await isPassedOver(browser, { ...web, resource: NOTES })).toBe(true)
      expect(await isPassedOver(browser, { ...web, resource: drive.resource })).toBe(false)
    })
  })

  it('has no form without an action on this server', async () => {
    const world = createSigningIn()
    const { html } = await reachConsent(world.newBrowser())
    for (const { action } of formsOf(html)) expect(action.startsWith(`${ISSUER}/`)).toBe(true)
  })
})
