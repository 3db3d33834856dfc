import { describe, expect, it } from 'vitest'
import { formsOf, textOf, type Browser } from '../fixtures/browser.ts'
import { answer, authorizeUrl, createSigningIn, reachConsent } from '../fixtures/signing-in.ts'
import { sent } from '../fixtures/world.ts'
import { memoryStore } from '../memory-store.ts'
import { devLogin } from './dev-login.ts'

const LOCAL = 'http://localhost:3000'

const start = (issuer = LOCAL) => createSigningIn({ issuer, login: devLogin() })

const signIn = async (browser: Browser, name: string): Promise<Response> => {
  const page = await browser.follow(await browser.open(authorizeUrl({}, LOCAL)))
  const [form] = formsOf(await page.text())
  form?.fields.set('name', name)
  return browser.post(form?.action ?? '', form?.fields ?? new URLSearchParams())
}

describe('devLogin', () => {
  it('signs in under any name, then asks', async () => {
    const world = start()
    const browser = world.newBrowser()
    const page = await browser.follow(await browser.open(authorizeUrl({}, LOCAL)))
    expect(textOf(await page.text())).toContain('There is no password.')
    const consent = await browser.follow(await signIn(browser, 'grace'))
    expect(textOf(await consent.text())).toContain('Signed in as grace')
    sent(await answer(browser, await reachConsent(browser, {}, LOCAL), 'approve'))
    expect(world.grants).toMatchObject([{ subject: 'grace', authTime: world.clock.now }])
  })

  it('lets the person choose another account', async () => {
    const world = start()
    const browser = world.newBrowser()
    await signIn(browser, 'grace')
    const asked = await reachConsent(browser, {}, LOCAL)
    const other = formsOf(asked.html).find(({ action }) => action.endsWith('/login/switch'))
    const page = await browser.follow(await browser.post(other?.action ?? '', other?.fields ?? new URLSearchParams()))
    expect(textOf(await page.text())).toContain('Sign in for development')
    // The answer of the page that was left behind is for nobody now.
    expect((await answer(browser, asked, 'approve')).status).toBe(400)
    expect(world.grants).toEqual([])
  })

  it.each(['', ' ', 'a b', '<i>', 'x'.repeat(65), 'a\u202Eb', '../x'])('takes no name like %j', async (name) => {
    const world = start()
    const browser = world.newBrowser()
    const response = await signIn(browser, name)
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain('<i>')
    expect([...browser.cookies.keys()].some((cookie) => cookie.includes('dev'))).toBe(false)
  })

  it.each([
    'https://notes.example.com',
    'https://localhost',
    'https://127.0.0.1:8443',
    'http://notes.example.com',
    'http://localhost.evil.com:3000',
    'http://10.0.0.1:3000',
  ])('refuses to start with the issuer %s', (issuer) => {
    expect(() => start(issuer)).toThrow(TypeError)
  })

  it('names what to do instead', () => {
    expect(() => start('https://notes.example.com')).toThrow(/http:\/\/localhost:3000.*Give the option login/s)
  })

  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
    'starts with the issuer %s',
    (issuer) => {
      expect(() => start(issuer)).not.toThrow()
    },
  )

  it.each([
    ['a proxy', { 'x-forwarded-for': '203.0.113.7' }],
    ['a proxy by the standard', { forwarded: 'for=203.0.113.7' }],
    ['a tunnel', { 'x-forwarded-host': 'abc.tunnel.example' }],
    ['another Host', { host: 'notes.example.com' }],
    ['an edge', { 'cf-connecting-ip': '203.0.113.7' }],
    ['an edge that passes on what somebody wrote', { 'cf-connecting-ip': '127.0.0.1, 203.0.113.7' }],
    ['an edge that nobody knows', { 'cf-connecting-ip': '' }],
  ])('lets nobody in who comes by %s, and stores nothing of them', async (_name, headers) => {
    const asked: string[] = []
    const store = new Proxy(memoryStore(), {
      get: (target, name) => {
        if (name !== 'isLasting') asked.push(String(name))
        return Reflect.get(target, name)
      },
    })
    const world = createSigningIn({ issuer: LOCAL, login: devLogin(), store })
    const response = await world.newBrowser().open(authorizeUrl({}, LOCAL), headers)
    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(asked).toEqual([])
  })

  it('lets in who reaches a Worker that runs on this computer', async () => {
    const browser = start().newBrowser()
    const here = { 'cf-connecting-ip': '127.0.0.1' }
    expect((await browser.open(authorizeUrl({}, LOCAL), here)).status).toBe(303)
    expect((await browser.open(authorizeUrl({}, LOCAL), { ...here, 'x-forwarded-for': '127.0.0.1' })).status).toBe(403)
  })

  it.each([
    ['127.0.0.1', 303],
    ['127.8.8.8', 303],
    ['::1', 303],
    ['::ffff:127.0.0.1', 303],
    ['192.168.1.7', 403],
    ['::ffff:192.168.1.7', 403],
    ['1270.0.0.1', 403],
    ['127.0.0.1, 192.168.1.7', 403],
    ['::11', 403],
    ['', 403],
  ])('answers %j, where the server listens on every address, with %i', async (address, expected) => {
    const world = createSigningIn({ issuer: LOCAL, login: devLogin(), clientAddress: () => address })
    expect((await world.newBrowser().open(authorizeUrl({}, LOCAL))).status).toBe(expected)
  })

  it('signs nobody in by a link or a form of another page', async () => {
    const world = start()
    const browser = world.newBrowser()
    const page = await browser.follow(await browser.open(authorizeUrl({}, LOCAL)))
    const [form] = formsOf(await page.text())
    const fields = form?.fields ?? new URLSearchParams()
    const forged = await browser.post(form?.action ?? '', fields, {
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
    })
    expect(forged.status).toBe(403)
    expect((await world.newBrowser().post(form?.action ?? '', fields)).status).toBe(400)
    await browser.open(`${form?.action}?${fields}`)
    expect([...browser.cookies.keys()].some((cookie) => cookie.includes('dev'))).toBe(false)
  })

  // spec: proxy-cookie-sealed
  it('forgets the person after eight hours, and believes no cookie that it did not make', async () => {
    const world = start()
    const browser = world.newBrowser()
    await signIn(browser, 'grace')
    const value = browser.cookies.get('hawser-dev') ?? ''
    expect(value).not.toContain('grace')
    const isKnown = async () =>
      (await browser.follow(await browser.open(authorizeUrl({}, LOCAL))))
        .text()
        .then((html) => html.includes('>grace<'))
    expect(await isKnown()).toBe(true)
    const other = createSigningIn({
      issuer: LOCAL,
      login: devLogin(),
      secret: 'another secret of at least 32 characters',
    })
    const elsewhere = other.newBrowser()
    elsewhere.cookies.set('hawser-dev', value)
    expect(textOf(await (await elsewhere.follow(await elsewhere.open(authorizeUrl({}, LOCAL)))).text())).toContain(
      'There is no password',
    )
    // Two of the same name: one was planted, and nobody can tell which.
    const planted = `hawser-dev=planted; hawser-dev=${value}`
    const twice = await world.oauth.fetch(new Request(authorizeUrl({}, LOCAL), { headers: { cookie: planted } }))
    expect(twice.headers.get('location')).toContain('/login?')
    const swapped = new Request(authorizeUrl({}, LOCAL), {
      headers: { cookie: `hawser-dev=${value}; hawser-dev=planted` },
    })
    expect((await world.oauth.fetch(swapped)).headers.get('location')).toContain('/login?')
    world.clock.now += 8 * 3_600_000
    expect(await isKnown()).toBe(false)
    browser.cookies.set('hawser-dev', `${value.slice(0, -2)}AA`)
    expect(await isKnown()).toBe(false)
  })
})
