import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  createSigningIn,
  DOCUMENT,
  editorDocument,
  LOOPBACK,
  reachConsent,
} from './fixtures/signing-in.ts'
import { CALLBACK } from './fixtures/world.ts'
import { matchesRedirectUri, refuseRedirectUri } from './redirect-uri.ts'

const DANGEROUS = [
  'javascript:alert(1)',
  ' JavaScript:alert(1)',
  'java\tscript:alert(1)',
  'JAVASCRIPT://x/%0aalert(1)',
  'data:text/html,<script>',
  'file:///etc/passwd',
  'blob:https://client.example.com/x',
  'vbscript:x',
]

/** Asks with this redirect URI, and expects a page that leads nowhere. */
const expectRefused = async (
  redirectUri: string | undefined,
  world = createSigningIn(),
  clientId = 'app',
): Promise<void> => {
  const url = new URL(authorizeUrl({ client_id: clientId }))
  if (redirectUri === undefined) url.searchParams.delete('redirect_uri')
  else url.searchParams.set('redirect_uri', redirectUri)
  const response = await world.newBrowser().open(url.href)
  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.getSetCookie()).toEqual([])
  const html = await response.text()
  expect(html).not.toMatch(/<a |evil|script/)
  expect(world.grants).toEqual([])
  expect(world.events.map(({ type }) => type)).toEqual(['authorization.refused'])
}

describe('redirect URIs', () => {
  // spec: security-redirect-trusted, registration-document-redirects
  it('TA1: lead nowhere for an unknown client, or when they are of another', async () => {
    const world = createSigningIn()
    const requests: Record<string, string>[] = [
      { client_id: 'nobody' },
      { client_id: 'https://nobody.example/client.json', redirect_uri: 'https://evil.example/cb' },
      { redirect_uri: 'https://evil.example/cb' },
      { client_id: 'native', redirect_uri: CALLBACK },
    ]
    for (const values of requests) {
      const response = await world.newBrowser().open(authorizeUrl(values))
      expect(response.status).toBe(400)
      expect(response.headers.get('location')).toBeNull()
      expect(await response.text()).not.toContain('evil')
    }
    expect(world.grants).toEqual([])
  })

  // spec: security-redirect-exact
  it.each([
    ['a slash more', `${CALLBACK}/`],
    ['another case of the path', 'https://client.example.com/Callback'],
    ['another case of the host', 'https://Client.example.com/callback'],
    ['a query', `${CALLBACK}?x=1`],
    ['an empty query', `${CALLBACK}?`],
    ['another port', 'https://client.example.com:8443/callback'],
    ['the default port', 'https://client.example.com:443/callback'],
    ['an encoded letter', 'https://client.example.com/%63allback'],
    ['a dot segment', 'https://client.example.com/x/../callback'],
    ['an encoded dot segment', 'https://client.example.com/%2e/callback'],
    ['user information', 'https://client.example.com@evil.example/callback'],
    ['a backslash before @', 'https://client.example.com\\@evil.example/callback'],
    ['a fragment', `${CALLBACK}#x`],
    ['an empty fragment', `${CALLBACK}#`],
    ['http', 'http://client.example.com/callback'],
    ['a space in front', ` ${CALLBACK}`],
    ['a line break', `${CALLBACK}\n`],
    ['a NUL', `${CALLBACK}\u0000`],
    ['a longer host', 'https://client.example.com.evil.example/callback'],
    ['a path that only begins alike', `${CALLBACK}-evil`],
  ])('TA2: lead nowhere when they differ by %s', async (_name, uri) => {
    await expectRefused(uri)
  })

  it.each(['app', 'native'])(
    'TA3: must be named, by a client with several as by one with one: %s',
    async (clientId) => {
      await expectRefused(undefined, createSigningIn(), clientId)
    },
  )

  it.each(DANGEROUS)('TA4: cannot be %j, in a request or of a client that the operator makes', async (uri) => {
    await expectRefused(uri)
    expect(refuseRedirectUri(uri, new Set(['javascript', 'data', 'file', 'blob', 'vbscript']))).toBeDefined()
    const clients = [{ clientId: 'app', name: 'App', redirectUris: [CALLBACK, uri] }]
    expect(() => createSigningIn({ clients })).toThrow(TypeError)
  })

  // spec: security-redirect-https
  it.each([
    'http://localhost.evil.com/cb',
    'http://127.0.0.1.nip.io/cb',
    'http://127.0.0.1@evil.com/cb',
    'http://127.0.0.1:80@evil.com/cb',
    'http://[::1].evil.com/cb',
    'http://127.0.0.2/cb',
    'http://0.0.0.0/cb',
    'http://2130706433/cb',
    'HTTP://LOCALHOST.evil.com/cb',
    'https:evil.com',
    'https:/evil.com',
    'https:///evil.com',
    '//evil.com',
    'evil.com',
    '',
  ])('TA5: cannot be %s', async (uri) => {
    await expectRefused(uri)
    expect(refuseRedirectUri(uri)).toBeDefined()
    for (const registered of [CALLBACK, 'https://evil.com/', 'http://127.0.0.1/cb', 'http://localhost/cb']) {
      expect(matchesRedirectUri(registered, uri)).toBe(false)
    }
  })

  it.each(['127.0.0.1', '[::1]', 'localhost'])(
    'TA6: may have any port on %s, and nothing else that differs',
    async (host) => {
      const registered = `http://${host}:3000/cb?x=1`
      const clients = [{ clientId: 'app', name: 'App', redirectUris: [registered] }]
      for (const uri of [registered, `http://${host}:51234/cb?x=1`, `http://${host}/cb?x=1`]) {
        const world = createSigningIn({ clients })
        await reachConsent(world.newBrowser(), { redirect_uri: uri })
      }
      for (const rest of [
        ':51234/cb',
        ':51234/cb?x=2',
        ':51234/cb/?x=1',
        ':51234/CB?x=1',
        ':51234',
        ':99999999/cb?x=1',
        ':/cb?x=1',
        ':51234/cb?x=1#f',
      ]) {
        await expectRefused(`http://${host}${rest}`, createSigningIn({ clients }))
      }
    },
  )

  it('TA6: tells localhost from 127.0.0.1 and [::1]', () => {
    const hosts = ['http://127.0.0.1:1/cb', 'http://[::1]:2/cb', 'http://localhost:3/cb']
    for (const [i, registered] of hosts.entries()) {
      expect(hosts.map((uri) => matchesRedirectUri(registered, uri))).toEqual(hosts.map((_, j) => i === j))
    }
  })

  // spec: registration-document-redirects
  it('TA6: has a document and a registration follow the same rule', async () => {
    const world = createSigningIn()
    const { html } = await reachConsent(world.newBrowser(), { client_id: DOCUMENT, redirect_uri: LOOPBACK })
    expect(html).toContain('127.0.0.1:51234')
    world.document.current = { ...editorDocument, redirect_uris: ['http://localhost/callback'] }
    world.clock.now += 3_600_000
    await reachConsent(world.newBrowser(), { client_id: DOCUMENT, redirect_uri: 'http://localhost:1/callback' })
    const response = await world.newBrowser().open(authorizeUrl({ client_id: DOCUMENT, redirect_uri: LOOPBACK }))
    expect(response.status).toBe(400)
  })

  it('TA7: cannot have a private-use scheme unless the operator names it', async () => {
    const uri = 'cursor://anysphere/cb'
    const clients = [{ clientId: 'app', name: 'App', redirectUris: [uri] }]
    expect(() => createSigningIn({ clients })).toThrow(/redirectSchemes/)
    await expectRefused(uri)
    expect(refuseRedirectUri(uri)).toContain('redirectSchemes')
    const world = createSigningIn({ clients, redirectSchemes: ['cursor'] })
    const { html, response } = await reachConsent(world.newBrowser(), { redirect_uri: uri })
    expect(html).toContain('an application on this device')
    expect(response.headers.get('content-security-policy')).toContain("form-action 'self' https: cursor:;")
  })
})
