import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPeer, type Peer } from './fixtures/oidc-provider.ts'
import { basic, CALLBACK, createPkce, createWorld, NOTES } from './fixtures/world.ts'

/** One of the two servers: the path of its authorization endpoint is its own. */
interface Contender {
  readonly authorizePath: string
  readonly issuer: string
  readonly fetch: (request: Request) => Promise<Response>
}

type Values = Readonly<Record<string, string | undefined>>

const WEB_SECRET = 'the web application has a secret too'
const [web, wrong] = [basic('web', WEB_SECRET), basic('web', 'the web application has another one')]

const encode = (values: Values): string =>
  new URLSearchParams(
    Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString()

/** `code`, the error that the client is sent, or the status of a page that leads nowhere. */
async function authorize(
  server: Contender,
  values: Values,
  more = '',
): Promise<{ outcome: string; code?: string; verifier: string }> {
  const { verifier, challenge } = createPkce()
  const query = encode({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: CALLBACK,
    resource: NOTES,
    scope: 'notes:read notes:write',
    state: 'the state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...values,
  })
  const response = await server.fetch(new Request(`${server.issuer}${server.authorizePath}?${query}${more}`))
  const location = response.headers.get('location')
  if (location === null) return { outcome: `page ${response.status}`, verifier }
  const { searchParams, hash } = new URL(location)
  const answered = hash === '' ? searchParams : new URLSearchParams(hash.slice(1))
  const code = answered.get('code') ?? undefined
  return { outcome: code === undefined ? (answered.get('error') ?? 'nothing') : 'code', code, verifier }
}

async function post(server: Contender, body: string | null, headers: Readonly<Record<string, string>> = {}) {
  const response = await server.fetch(
    new Request(`${server.issuer}/token`, {
      ...(body === null ? {} : { method: 'POST', body }),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    }),
  )
  const text = await response.text()
  const json = (text.startsWith('{') ? JSON.parse(text) : {}) as Readonly<Record<string, string>>
  const outcome = json['access_token'] === undefined ? (json['error'] ?? `status ${response.status}`) : 'tokens'
  return { outcome, json }
}

interface Redeeming {
  readonly values?: Values
  readonly headers?: Readonly<Record<string, string>>
  readonly client?: string
}

async function redeem(server: Contender, { values = {}, headers = {}, client = 'app' }: Redeeming = {}, more = '') {
  const { code, verifier } = await authorize(server, { client_id: client })
  const form = {
    grant_type: 'authorization_code',
    client_id: client,
    code,
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  }
  const send = (now: Values = {}) => post(server, encode({ ...form, ...now }) + more, headers)
  return { ...(await send(values)), again: send }
}

const refreshing = async (server: Contender, values: Values): Promise<string> => {
  const { json } = await redeem(server)
  const form = { grant_type: 'refresh_token', client_id: 'app', refresh_token: json['refresh_token'] }
  return (await post(server, encode({ ...form, ...values }))).outcome
}

type Attempt = (server: Contender) => Promise<string>
const asks =
  (values: Values, more?: string): Attempt =>
  async (server) =>
    (await authorize(server, values, more)).outcome
const redeems =
  (redeeming?: Redeeming, more?: string): Attempt =>
  async (server) =>
    (await redeem(server, redeeming, more)).outcome

/** What the client gets when the code was presented like this before. */
const afterwards =
  (values: Values): Attempt =>
  async (server) => {
    const { again } = await redeem(server, { values })
    return (await again()).outcome
  }
const refreshesTwice: Attempt = async (server) => {
  const { json } = await redeem(server)
  const form = encode({ grant_type: 'refresh_token', client_id: 'app', refresh_token: json['refresh_token'] })
  await post(server, form)
  return (await post(server, form)).outcome
}
const race: Attempt = async (server) => {
  const { code, verifier } = await authorize(server, {})
  const form = {
    grant_type: 'authorization_code',
    client_id: 'app',
    code,
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  }
  const all = await Promise.all(Array.from({ length: 10 }, () => post(server, encode(form))))
  return `tokens ${all.filter(({ outcome }) => outcome === 'tokens').length} times`
}

/** What both are sent, and what both answer. */
const SAME: readonly (readonly [string, Attempt, string])[] = [
  ['a request with nothing wrong', asks({}), 'code'],
  ['an unknown client', asks({ client_id: 'nobody' }), 'page 400'],
  ['no client', asks({ client_id: undefined }), 'page 400'],
  ['a foreign redirect URI', asks({ redirect_uri: 'https://evil.example/cb' }), 'page 400'],
  ['a redirect URI with a slash more', asks({ redirect_uri: `${CALLBACK}/` }), 'page 400'],
  ['the client twice', asks({}, '&client_id=app'), 'page 400'],
  ['no challenge', asks({ code_challenge: undefined, code_challenge_method: undefined }), 'invalid_request'],
  ['a plain challenge', asks({ code_challenge_method: 'plain' }), 'invalid_request'],
  ['a challenge without method', asks({ code_challenge_method: undefined }), 'invalid_request'],
  ['a challenge of 42 characters', asks({ code_challenge: 'x'.repeat(42) }), 'invalid_request'],
  ['no response type', asks({ response_type: undefined }), 'invalid_request'],
  ['response type token', asks({ response_type: 'token' }), 'unsupported_response_type'],
  ['a request object', asks({ request: 'eyJhbGciOiJub25lIn0.e30.' }), 'request_not_supported'],
  ['a request object elsewhere', asks({ request_uri: 'https://evil.example/r' }), 'request_uri_not_supported'],
  ['an unknown resource', asks({ resource: 'https://other.example' }), 'invalid_target'],
  ['a resource with fragment', asks({ resource: `${NOTES}#x` }), 'invalid_target'],
  ['a relative resource', asks({ resource: '/mcp' }), 'invalid_target'],
  ['no resource', asks({ resource: undefined }), 'code'],
  ['the scope twice', asks({}, '&scope=notes%3Aread'), 'invalid_request'],
  ['the state twice', asks({}, '&state=other'), 'invalid_request'],

  ['a code with nothing wrong', redeems(), 'tokens'],
  ['a code by Basic', redeems({ client: 'web', headers: web, values: { client_id: undefined } }), 'tokens'],
  ['a code by another client', redeems({ values: { client_id: 'other' } }), 'invalid_grant'],
  ['a code for another redirect URI', redeems({ values: { redirect_uri: `${CALLBACK}/` } }), 'invalid_grant'],
  ['a code with another verifier', redeems({ values: { code_verifier: createPkce().verifier } }), 'invalid_grant'],
  ['a code without verifier', redeems({ values: { code_verifier: undefined } }), 'invalid_grant'],
  ['a code for another resource', redeems({ values: { resource: 'https://other.example' } }), 'invalid_target'],
  ['an unknown code', redeems({ values: { code: 'x'.repeat(43) } }), 'invalid_grant'],
  ['no code', redeems({ values: { code: undefined } }), 'invalid_request'],
  ['a wrong secret', redeems({ client: 'web', headers: wrong, values: { client_id: undefined } }), 'invalid_client'],
  ['no secret where there is one', redeems({ client: 'web' }), 'invalid_client'],
  ['an unknown grant type', redeems({ values: { grant_type: 'password' } }), 'unsupported_grant_type'],
  ['no grant type', redeems({ values: { grant_type: undefined } }), 'invalid_request'],
  ['the grant type twice', redeems({}, '&grant_type=authorization_code'), 'invalid_request'],
  [
    'a body of JSON',
    async (server) => (await post(server, '{}', { 'content-type': 'application/json' })).outcome,
    'invalid_request',
  ],
  [
    'a code that was used',
    async (server) => {
      const { again } = await redeem(server)
      return (await again()).outcome
    },
    'invalid_grant',
  ],
  [
    'the refresh token of a code that was used twice',
    async (server) => {
      const { again, json } = await redeem(server)
      await again()
      const form = { grant_type: 'refresh_token', client_id: 'app', refresh_token: json['refresh_token'] }
      return (await post(server, encode(form))).outcome
    },
    'invalid_grant',
  ],
  ['two resources', asks({}, '&resource=https%3A%2F%2Fother.example'), 'invalid_target'],
  ['a malformed scope', asks({ scope: 'notes:read"' }), 'invalid_scope'],
  ['a code without redirect URI', redeems({ values: { redirect_uri: undefined } }), 'tokens'],
  ['a secret of a public client', redeems({ values: { client_secret: 'x' } }), 'invalid_client'],
  ['a code that another client tried', afterwards({ client_id: 'other' }), 'tokens'],
  ['a code that was tried for another redirect URI', afterwards({ redirect_uri: 'https://x.example' }), 'tokens'],
  ['a code ten times at once', race, 'tokens 1 times'],
  ['a refresh token', (server) => refreshing(server, {}), 'tokens'],
  ['a refresh token of another client', (server) => refreshing(server, { client_id: 'other' }), 'invalid_grant'],
  ['a refresh token for less', (server) => refreshing(server, { scope: 'notes:read' }), 'tokens'],
  ['a refresh token for more', (server) => refreshing(server, { scope: 'notes:read notes:delete' }), 'invalid_scope'],
  [
    'a refresh token for another resource',
    (server) => refreshing(server, { resource: 'https://other.example' }),
    'invalid_target',
  ],
  ['an unknown refresh token', (server) => refreshing(server, { refresh_token: 'x' }), 'invalid_grant'],
]

/** What both are sent, what this package answers, what the other answers, and why ours differs. */
const DIFFERENT: readonly (readonly [string, Attempt, string, string, string])[] = [
  [
    'no redirect URI',
    asks({ redirect_uri: undefined }),
    'page 400',
    'code',
    'A client that has one today can have two tomorrow; which one it meant must not depend on that.',
  ],
  [
    'the redirect URI twice',
    asks({}, `&redirect_uri=${encodeURIComponent(CALLBACK)}`),
    'page 400',
    'invalid_request',
    'Nobody is sent to an address that is not certain.',
  ],
  [
    'the resource twice',
    asks({}, `&resource=${encodeURIComponent(NOTES)}`),
    'invalid_request',
    'code',
    'RFC 8707 lets clients name several; here a token is for one, and no parameter comes twice.',
  ],
  [
    'a resource whose host is in upper case',
    asks({ resource: 'HTTPS://NOTES.example.com/mcp' }),
    'code',
    'invalid_target',
    'MCP asks servers to accept it. (authorization/index#canonical-server-uri)',
  ],
  [
    'a scope that the resource does not have',
    asks({ scope: 'notes:read notes:delete' }),
    'invalid_scope',
    'code',
    'OpenID Connect drops what it does not know; a client that asks for what cannot be had has to hear of it.',
  ],
  [
    'scopes of OpenID Connect',
    asks({ scope: 'openid offline_access notes:read' }),
    'invalid_scope',
    'code',
    'There are no ID tokens here, and metadata offers neither scope.',
  ],
  [
    'no scope',
    asks({ scope: undefined }),
    'code',
    'access_denied',
    'The resource has scopes for a client that names none; theirs is without one to ask for.',
  ],
  [
    'the answer in a fragment',
    asks({ response_mode: 'fragment' }),
    'invalid_request',
    'code',
    'Codes come in the query only.',
  ],
  [
    'the answer in a form',
    asks({ response_mode: 'form_post' }),
    'invalid_request',
    'page 200',
    'Codes come in the query only.',
  ],
  [
    'no page to be shown',
    asks({ prompt: 'none' }),
    'code',
    'login_required',
    'A parameter of OpenID Connect, which is ignored as every unknown one. (RFC 6749 section 3.1)',
  ],
  ...['none', 'id_token', 'code id_token'].map(
    (type) =>
      [
        `response type ${type}`,
        asks({ response_type: type, nonce: 'x' }),
        'unsupported_response_type',
        'invalid_request',
        'Theirs checks what these types need before whether it has them.',
      ] as const,
  ),
  [
    'a state of 5000 characters',
    asks({ state: 'x'.repeat(5000) }),
    'invalid_request',
    'code',
    'What is stored has a bound.',
  ],
  [
    'a challenge of 44 characters',
    asks({ code_challenge: 'x'.repeat(44) }),
    'invalid_request',
    'code',
    'SHA-256 in base64url has 43; no verifier can ever fit.',
  ],
  [
    'a secret in the body where it belongs in the header',
    redeems({ client: 'web', values: { client_secret: WEB_SECRET } }),
    'invalid_client',
    'tokens',
    'A client uses the one method that it is registered with. (RFC 7591 section 2)',
  ],
  ...(
    [
      ['a secret in header and body', { values: { client_secret: WEB_SECRET } }],
      ['another client in the body than in the header', { values: { client_id: 'app' } }],
      ['a secret that is not form-encoded', { headers: { authorization: `Basic ${btoa('web:100%')}` } }],
    ] as const
  ).map(
    ([name, redeeming]) =>
      [
        name,
        redeems({ client: 'web', headers: web, ...redeeming }),
        'invalid_client',
        'invalid_request',
        'Whatever is wrong with the proof of a client is told in one way.',
      ] as const,
  ),
  [
    'no client at the token endpoint',
    redeems({ values: { client_id: undefined } }),
    'invalid_client',
    'invalid_request',
    'Whatever is wrong with the proof of a client is told in one way.',
  ],
  [
    'client credentials of a public client',
    redeems({ values: { grant_type: 'client_credentials' } }),
    'unauthorized_client',
    'invalid_request',
    'Theirs calls it invalid_request that the client is not registered for the grant; RFC 6749 section 5.2 has a word for it.',
  ],
  [
    'a verifier of 129 characters',
    redeems({ values: { code_verifier: 'x'.repeat(129) } }),
    'invalid_grant',
    'invalid_request',
    'Every verifier that does not fit is one case, and burns the code.',
  ],
  [
    'a GET',
    async (server) => (await post(server, null)).outcome,
    'invalid_request',
    'status 404',
    'Ours says 405 and what to use.',
  ],
  [
    'a code that was tried with another verifier',
    afterwards({ code_verifier: createPkce().verifier }),
    'invalid_grant',
    'tokens',
    'Only who stole the code does not have the verifier, and shall not try on.',
  ],
  [
    'a code that was tried for another resource',
    afterwards({ resource: 'https://other.example' }),
    'tokens',
    'invalid_grant',
    'A client that repeats itself rightly loses nothing; theirs uses the code up first.',
  ],
  [
    'a refresh token twice at once',
    refreshesTwice,
    'tokens',
    'invalid_grant',
    'Lost answers and processes that share a token get the same answer for 30 seconds; with grace 0 both are alike.',
  ],
]

describe('this package and oidc-provider', () => {
  let peer: Peer
  let ours: Contender
  let theirs: Contender

  beforeAll(async () => {
    peer = await startPeer(WEB_SECRET)
    theirs = { issuer: peer.issuer, fetch: peer.fetch, authorizePath: '/auth' }
    const clients = ['app', 'other'].map((clientId) => ({ clientId, name: clientId, redirectUris: [CALLBACK] }))
    const { oauth } = createWorld({
      clients: [...clients, { clientId: 'web', name: 'Web', redirectUris: [CALLBACK], secret: WEB_SECRET }],
    })
    ours = { issuer: oauth.issuer, fetch: oauth.fetch, authorizePath: '/authorize' }
  })

  afterAll(() => peer[Symbol.asyncDispose]())

  it.each(SAME)('answer %s alike', async (_name, attempt, outcome) => {
    expect([await attempt(ours), await attempt(theirs)]).toEqual([outcome, outcome])
  })

  it.each(DIFFERENT)('differ for %s', async (_name, attempt, our, their) => {
    expect([await attempt(ours), await attempt(theirs)]).toEqual([our, their])
  })
})
