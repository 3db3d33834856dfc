import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, createBrowser, formsOf, textOf } from '../packages/oauth/src/fixtures/browser.ts'
import { createPkce } from '../packages/oauth/src/fixtures/world.ts'
import { documents, leading, nowhere, slow, wrong } from './attackers/document-attacks.ts'
import type { DocumentHost } from './attackers/documents.ts'
import { CANARY } from './expect-unharmed.ts'
import { type Program, startProgram } from './start-process.ts'
import type { Memory } from './victims/task.ts'

const ISSUER = 'https://login.client.example'
const RESOURCE = 'https://notes.client.example/mcp'
/** What the server may grow by under all attacks together, in MiB. */
const BOUND = 192
/** Longest that somebody waits for a host that does not answer, on a busy machine. (milliseconds) */
const PATIENCE_MS = 10_000

let attacker: Program<DocumentHost>
let victim: Program<number>
const folder = mkdtempSync(join(tmpdir(), 'hawser-hostile-'))
beforeAll(async () => {
  attacker = await startProgram('attackers/documents.ts')
  victim = await startProgram('victims/oauth.ts', join(folder, 'oauth.db'), JSON.stringify(attacker.first))
})
afterAll(async () => {
  await victim[Symbol.asyncDispose]()
  await attacker[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

/** Sends a request for the server to where it listens, from an address that a proxy tells. */
async function send(request: Request, from: string): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const headers = new Headers(request.headers)
  headers.set('x-from', from)
  const hasBody = request.method !== 'GET'
  return fetch(`http://127.0.0.1:${victim.first}${pathname}${search}`, {
    method: request.method,
    headers,
    redirect: 'manual',
    ...(hasBody && { body: await request.text() }),
  })
}

const idOf = (label: string): string => `https://${label}.client.example:${attacker.first.port}/client.json`

let lastAddress = 0
const newAddress = (): string => `person ${++lastAddress}`
const newBrowser = (from = newAddress()): Browser => createBrowser(ISSUER, (request) => send(request, from))

const authorizeUrl = (clientId: string, redirectUri: string, challenge = createPkce().challenge): string =>
  `${ISSUER}/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    resource: RESOURCE,
    scope: 'notes:read',
    state: 'state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })}`

interface Heard {
  readonly status: number
  readonly text: string
  readonly location: string | null
}

/** What somebody sees whom a client has sent here. */
async function visit(
  clientId: string,
  redirectUri = clientId.replace(/:\d+\/.*$/, '/cb'),
  browser = newBrowser(),
): Promise<Heard> {
  const begun = performance.now()
  const response = await browser.follow(await browser.open(authorizeUrl(clientId, redirectUri)))
  const text = textOf(await response.text())
  expect(performance.now() - begun).toBeLessThan(PATIENCE_MS)
  return { status: response.status, text, location: response.headers.get('location') }
}

const UNKNOWN = {
  status: 400,
  location: null,
  text: expect.stringContaining('is not known, or asked to be answered at an address that is not its own.') as string,
}
const LATER = {
  status: 503,
  location: null,
  text: expect.stringContaining('The document of the client cannot be had now. Try again in a minute.') as string,
}

const refusals = (clientId: string): Promise<readonly string[]> => victim.ask<readonly string[]>('refusals', clientId)

const secrets: string[] = []

/** Allows what a page asks for, unless that is remembered. */
async function approve(browser: Browser, begun: Response): Promise<Response> {
  const page = await browser.follow(begun)
  if (page.status !== 200) return page
  const form = formsOf(await page.text()).find(({ action }) => action.endsWith('/consent'))
  const fields = new URLSearchParams(form?.fields)
  fields.set('decision', 'approve')
  return browser.post(form?.action ?? '', fields)
}

/** Signs in as a person does whose client means no harm. */
async function signIn(label: string, browser = newBrowser()): Promise<void> {
  const clientId = idOf(label)
  const redirectUri = `https://${label}.client.example/cb`
  const { verifier, challenge } = createPkce()
  const answer = await approve(browser, await browser.open(authorizeUrl(clientId, redirectUri, challenge)))
  const back = new URL(answer.headers.get('location') ?? '')
  const code = back.searchParams.get('code') ?? ''
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
    resource: RESOURCE,
  })
  const token = await send(new Request(`${ISSUER}/token`, { method: 'POST', body }), newAddress())
  expect([back.origin, token.status]).toEqual([new URL(redirectUri).origin, 200])
  const tokens = (await token.json()) as { readonly access_token: string; readonly refresh_token: string }
  secrets.push(code, verifier, tokens.access_token, tokens.refresh_token)
}

/** Nothing was reached, kept or printed that must not be, and people still sign in. */
async function expectServerUnharmed(): Promise<void> {
  await signIn('good')
  expect(await attacker.ask<number>('inside')).toBe(0)
  const dump = await victim.ask<string>('dump')
  for (const text of [dump, victim.printed()]) {
    expect(text).not.toMatch(CANARY)
    for (const secret of secrets) expect(text).not.toContain(secret)
  }
  // Clients by documents are not stored; those that are no clients least of all.
  const { before, peak } = await victim.ask<Memory>('memory')
  expect(peak - before).toBeLessThan(BOUND)
}

type Table = Readonly<Record<string, unknown>>

/** Each label, and what becomes of a request in the name of its client. */
const each = (attacks: Table): readonly (readonly [label: string])[] => Object.keys(attacks).map((label) => [label])

describe.concurrent('an authorization server, when a document of a client', () => {
  it.each(each(leading))('TA51, TA53: lies at a name that leads %s, connects to nobody', async (label) => {
    expect(await visit(idOf(label))).toEqual(UNKNOWN)
    expect(await refusals(idOf(label))).toEqual(['fetch'])
    expect(await attacker.ask<number>('visits', label)).toBe(0)
  })

  it.each(each(nowhere))('lies at a name that leads nowhere (%s), may be had later', async (label) => {
    expect(await visit(idOf(label))).toEqual(LATER)
    expect(await refusals(idOf(label))).toEqual(['fetch'])
  })

  it.each([
    ['never-ends', UNKNOWN, 'fetch'],
    ['fifty-megabytes', UNKNOWN, 'fetch'],
    ['one-byte-more', UNKNOWN, 'fetch'],
    ['compressed', UNKNOWN, 'fetch'],
    ['reset', LATER, 'fetch'],
    ['cut', LATER, 'fetch'],
    ['silent', LATER, 'fetch'],
    ['dripping', LATER, 'fetch'],
    ['long-head', LATER, 'fetch'],
    ['status-500', LATER, 'unwell'],
    ['status-429', LATER, 'unwell'],
  ])('TA55, TA59: is answered wrongly (%s), is read within bounds', async (label, answer, reason) => {
    expect(Object.keys(slow)).toContain(label)
    expect(await visit(idOf(label))).toEqual(answer)
    expect(await refusals(idOf(label))).toEqual([reason])
    expect(await attacker.ask<number>('visits', label)).toBe(1)
  })

  it.each(each(wrong))('TA54, TA59: is none (%s), is not followed and not kept', async (label) => {
    for (let times = 0; times < 2; times++) expect(await visit(idOf(label))).toEqual(UNKNOWN)
    expect(await refusals(idOf(label))).toEqual(['response', 'response'])
    expect(await attacker.ask<number>('visits', label)).toBe(2)
  })

  it.each(each(documents))('TA56, TA57: describes nobody (%s), makes nobody known', async (label) => {
    expect(await visit(idOf(label))).toEqual(UNKNOWN)
    // Deeper than 5 KiB reach, and keys where nobody may be asked, are not even read.
    expect(await refusals(idOf(label))).toEqual([label === 'nested' || label === 'keys-inside' ? 'fetch' : 'document'])
    expect(Object.hasOwn(Object.prototype, 'client_id')).toBe(false)
  })

  it.each([
    '127.0.0.2',
    '127.1',
    '0x7f.0.0.2',
    '0177.0.0.2',
    '2130706434',
    '１２７.0.0.2',
    '[::1]',
    '[::ffff:127.0.0.2]',
    '[::ffff:7f00:2]',
    '[64:ff9b::7f00:2]',
    '[::127.0.0.2]',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '0',
  ])('TA52: lies at the number %s, is not looked for', async (host) => {
    const connections = await attacker.ask<number>('inside')
    const id = `https://${host}:${attacker.first.port}/client.json`
    expect(await visit(id, 'https://evil.example/cb')).toEqual(UNKNOWN)
    expect(await refusals(id)).toEqual(['client_id'])
    expect(await attacker.ask<number>('inside')).toBe(connections)
  })

  it.each([
    ['a fragment', '/client.json#x'],
    ['dots', '/a/../client.json'],
    ['encoded dots', '/a/%2e%2e/client.json'],
    ['a backslash', '/a\\client.json'],
    ['no path', '/'],
    ['2 048 characters', `/${'x'.repeat(2_048)}`],
    ['a line break', '/client.json\r\nx: y'],
  ])('TA58: lies at an address with %s, is not looked for', async (_, path) => {
    const id = `https://good.client.example:${attacker.first.port}${path}`
    const visits = await attacker.ask<number>('visits', 'good')
    expect(await visit(id, 'https://good.client.example/cb')).toEqual(UNKNOWN)
    expect(await attacker.ask<number>('visits', 'good')).toBe(visits)
  })

  it.each([ISSUER, new URL(RESOURCE).origin])('TA61: lies at %s itself, is not looked for', async (origin) => {
    expect(await visit(`${origin}/client.json`, 'https://evil.example/cb')).toEqual(UNKNOWN)
    expect(await refusals(`${origin}/client.json`)).toEqual(['own_host'])
  })

  it('lies anywhere but by https, is not looked for', async () => {
    for (const scheme of ['http', 'ftp', 'file']) {
      const id = `${scheme}://good.client.example:${attacker.first.port}/client.json`
      expect(await visit(id, 'https://good.client.example/cb')).toEqual(UNKNOWN)
    }
  })
})

describe('an authorization server', () => {
  it('is unharmed by all of that', expectServerUnharmed)

  it('TA53: connects to the address that it judged, and judges again each time', async () => {
    const redirectUri = 'https://rebinds.client.example/cb'
    const asked = (): Promise<number> => attacker.ask<number>('asked', 'rebinds.client.example')
    expect((await visit(idOf('rebinds'))).status).toBe(200)
    expect([await asked(), await attacker.ask<number>('visits', 'rebinds')]).toEqual([1, 1])
    const other = idOf('rebinds').replace('client.json', 'other.json')
    expect(await visit(other, redirectUri)).toEqual(UNKNOWN)
    expect(await refusals(other)).toEqual(['fetch'])
    expect([await asked(), await attacker.ask<number>('visits', 'rebinds')]).toEqual([2, 1])
    await expectServerUnharmed()
  })

  it('TA22, TA60: asks again when a document has changed, and reads none twice in five minutes', async () => {
    const browser = newBrowser()
    const id = idOf('changes')
    await signIn('changes', browser)
    // It is remembered, as long as the document says the same.
    expect((await visit(id, undefined, browser)).location).toMatch(/^https:\/\/changes\.client\.example\/cb\?code=/)
    expect(await visit(id, 'https://evil.example/cb', browser)).toEqual(UNKNOWN)
    expect(await attacker.ask<number>('visits', 'changes')).toBe(1)
    await victim.ask('wait', 6 * 60_000)
    const asked = await visit(id, undefined, browser)
    expect([asked.status, asked.location]).toEqual([200, null])
    expect(await victim.ask('changes')).toEqual([id])
    expect((await visit(id, 'https://evil.example/cb', browser)).text).toContain('evil.example')
    await expectServerUnharmed()
  })

  it('TA19, TA63: shows the words of a client as words, and nothing of its host', async () => {
    const browser = newBrowser()
    const response = await browser.follow(
      await browser.open(authorizeUrl(idOf('instructs'), 'https://instructs.client.example/cb')),
    )
    const html = await response.text()
    expect(response.status).toBe(200)
    expect(html).not.toMatch(/<script|<img|logo\.png|[^\P{Cc}\t\n]|\p{Bidi_Control}/u)
    expect(html.length).toBeLessThan(20_000)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    await expectServerUnharmed()
  })

  it('TA62: fetches twenty documents a minute for one address, and goes on for the others', async () => {
    const from = newAddress()
    const statuses: number[] = []
    for (let count = 0; count < 30; count++) {
      const id = `https://good.client.example:${attacker.first.port}/of-${count}.json`
      // From other browsers of the same address.
      statuses.push((await visit(id, 'https://good.client.example/cb', newBrowser(from))).status)
    }
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(20)
    expect(statuses.at(-1)).toBe(503)
    await victim.ask('wait', 61_000)
    await expectServerUnharmed()
  })

  it('TA62: asks one host once for a hundred at a time', async () => {
    const before = await attacker.ask<number>('visits', 'good')
    const id = `https://good.client.example:${attacker.first.port}/hundred.json`
    const seen = await Promise.all(Array.from({ length: 100 }, () => visit(id, 'https://good.client.example/cb')))
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await attacker.ask<number>('visits', 'good')) - before).toBe(1)
    await expectServerUnharmed()
  })

  it('TA64: registers ten clients an hour for one address, and 300 for all', async () => {
    const register = (body: string, from: string): Promise<Response> =>
      send(
        new Request(`${ISSUER}/register`, { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
        from,
      )
    const good = JSON.stringify({ client_name: 'App', redirect_uris: ['https://app.example/cb'] })
    const from = newAddress()
    const own = await Promise.all(Array.from({ length: 50 }, () => register(good, from)))
    expect(own.filter(({ status }) => status === 201)).toHaveLength(10)
    const refused: readonly (readonly [string, number])[] = [
      [JSON.stringify({ client_name: 'x'.repeat(2 ** 20), redirect_uris: ['https://app.example/cb'] }), 413],
      [JSON.stringify({ redirect_uris: Array.from({ length: 500 }, (_, index) => `https://a.example/${index}`) }), 413],
      [JSON.stringify({ redirect_uris: ['javascript:alert(1)//canary-words'] }), 400],
      [
        JSON.stringify({ redirect_uris: ['https://app.example/cb'], jwks_uri: 'https://to-loopback.client.example/' }),
        400,
      ],
      [JSON.stringify({ redirect_uris: ['https://app.example/cb'], grant_types: ['implicit'] }), 400],
      ['{"redirect_uris":'.repeat(300), 400],
      ['[]', 400],
    ]
    for (const [body, status] of refused) {
      const response = await register(body, newAddress())
      expect([body.slice(0, 60), response.status]).toEqual([body.slice(0, 60), status])
      expect(await response.text()).not.toMatch(CANARY)
    }
    // Refused ones count as well, or they would be free.
    const rest = await Promise.all(Array.from({ length: 500 }, () => register(good, newAddress())))
    expect(rest.filter(({ status }) => status === 201)).toHaveLength(300 - 10 - refused.length)
    expect(rest.at(-1)?.headers.get('retry-after')).toBe('3600')
    await expectServerUnharmed()
  })

  it('TA41, TA42: is sent forms that are none, breaks on none and repeats nothing', async () => {
    const forms: readonly (readonly [string, string])[] = [
      ['application/x-www-form-urlencoded', `grant_type=authorization_code&code=${'canary-code'.repeat(200_000)}`],
      ['application/x-www-form-urlencoded', 'grant_type=canary-words&grant_type=x'],
      ['application/x-www-form-urlencoded', '&'.repeat(100_000)],
      ['application/x-www-form-urlencoded', '__proto__=canary-words&constructor=x'],
      ['application/x-www-form-urlencoded', 'grant_type=refresh_token&refresh_token=canary-refresh%00%0d%0a'],
      ['application/json', '{"grant_type":"canary-words"}'],
      ['multipart/form-data; boundary=x', '--x\r\n\r\ncanary-words'],
      ['text/plain', 'canary-words'],
    ]
    for (const path of ['token', 'revoke', 'authorize', 'consent', 'introspect']) {
      for (const [type, body] of forms) {
        const response = await send(
          new Request(`${ISSUER}/${path}`, { method: 'POST', body, headers: { 'content-type': type } }),
          newAddress(),
        )
        const known = [200, 400, 401, 403, 404, 405, 413, 415]
        expect([path, type, known.includes(response.status)]).toEqual([path, type, true])
        expect(await response.text()).not.toMatch(CANARY)
      }
    }
    await expectServerUnharmed()
  })
})
