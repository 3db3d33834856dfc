import {
  compressed,
  cut,
  dripping,
  endless,
  fail,
  html,
  json,
  longHead,
  megabytes,
  nested,
  redirect,
  reset,
  silent,
} from './answers.ts'
import { type Attack, INSTRUCTIONS, PATHS, type Say } from './attack.ts'

/** What an authorization server does to a client that signs in, by its name. */
const metadata = (more: object): Attack => ({ metadata: () => more })
const answer = (more: object): Attack => ({ token: () => more })
const at = (path: string, say: Say): Attack => ({ at: { [path]: say } })

/** An ID token with a signature that nobody looks at, since it came from its issuer. */
const idToken = (claims: object): string =>
  [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.AAAA'

const claimsOf = (issuer: string): object => {
  const now = Math.floor(Date.now() / 1000)
  return { iss: issuer, aud: 'client-of-issuer', iat: now, exp: now + 60 }
}

/** Seconds: so little that a client refreshes at once, and enough for a token to hold as long as a test. */
const SOON = 25

const isRefresh = (fields: URLSearchParams): boolean => fields.get('grant_type') === 'refresh_token'

/** Ways not to answer, by what asks. */
const everywhere = (what: string, path: string): Readonly<Record<string, Attack>> => ({
  [`${what} endless`]: at(path, endless),
  [`${what} megabytes`]: at(path, megabytes),
  [`${what} compressed`]: at(path, compressed),
  [`${what} nested`]: at(path, nested),
  [`${what} html`]: at(path, html),
  [`${what} reset`]: at(path, reset),
  [`${what} cut`]: at(path, cut),
  [`${what} silent`]: at(path, silent),
  [`${what} dripping`]: at(path, dripping),
  [`${what} long head`]: at(path, longHead),
  [`${what} null`]: at(path, (response) => json(response, null)),
  [`${what} in a circle`]: at(
    path,
    redirect(() => path),
  ),
  [`${what} to the inside`]: at(
    path,
    redirect(({ inside }) => `${inside}/secret`, 307),
  ),
  [`${what} to the link`]: at(
    path,
    redirect(() => 'http://169.254.169.254/latest/meta-data/', 308),
  ),
})

/** Where an endpoint must not be. */
export const FORBIDDEN = [
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:text/html,x',
  'gopher://127.0.0.1:70/_x',
  'http://evil.example/x',
  'http://169.254.169.254/latest',
  'https://169.254.169.254/latest',
  'https://2852039166/x',
  'https://0251.0376.0251.0376/x',
  'https://0xa9fea9fe/x',
  'https://10.0.0.1/x',
  'https://[::ffff:a9fe:a9fe]/x',
  'https://[64:ff9b::a9fe:a9fe]/x',
  'https://[fd00:ec2::254]/x',
  'https://127.0.0.1.@169.254.169.254/x',
  'https://a.example/"&calc',
  'https://a.example/$(id)`id`',
  '\thttps://a.example/x',
] as const

const ENDPOINTS = ['authorization_endpoint', 'token_endpoint', 'registration_endpoint'] as const

export const issuerAttacks: Readonly<Record<string, Attack>> = {
  ...everywhere('metadata', PATHS.metadata),
  ...everywhere('token', PATHS.token),
  ...everywhere('register', PATHS.register),
  ...Object.fromEntries(
    FORBIDDEN.map((address, index) => [
      `endpoint ${address}`,
      metadata({ [ENDPOINTS[index % ENDPOINTS.length] ?? '']: address }),
    ]),
  ),
  'issuer with a slash': { metadata: ({ issuer }) => ({ issuer: `${issuer}/` }) },
  'issuer with a path': { metadata: ({ issuer }) => ({ issuer: `${issuer}/tenant/..` }) },
  'issuer in capitals': { metadata: ({ issuer }) => ({ issuer: issuer.replace('http', 'HTTP') }) },
  'issuer of another': { metadata: ({ honest }) => ({ issuer: honest }) },
  'issuer as a list': { metadata: ({ issuer }) => ({ issuer: [issuer] }) },
  'no issuer': metadata({ issuer: undefined }),
  'no methods': metadata({ code_challenge_methods_supported: undefined }),
  'plain only': metadata({ code_challenge_methods_supported: ['plain'] }),
  'methods as text': metadata({ code_challenge_methods_supported: 'S256' }),
  'methods as a number': metadata({ code_challenge_methods_supported: 256 }),
  'lists that are none': metadata({
    scopes_supported: 7,
    token_endpoint_auth_methods_supported: { includes: 'x' },
    grant_types_supported: 'everything',
  }),
  'members of a prototype': {
    at: {
      [PATHS.metadata]: (response, { scene: { issuer } }) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(
            `{"__proto__":{"code_challenge_methods_supported":["S256"]},"constructor":{"prototype":{"polluted":1}},"issuer":"${issuer}","authorization_endpoint":"${issuer}/authorize","token_endpoint":"${issuer}/token","registration_endpoint":"${issuer}/register"}`,
          ),
    },
  },
  'endpoints of an honest issuer': {
    metadata: ({ honest }) => ({
      authorization_endpoint: `${honest}/authorize`,
      registration_endpoint: `${honest}/register`,
      authorization_response_iss_parameter_supported: false,
    }),
  },
  'no endpoints': metadata({ authorization_endpoint: undefined, token_endpoint: undefined }),

  'iss of another': { back: (back, { honest }) => back.searchParams.set('iss', honest) },
  'iss with a slash': { back: (back, { issuer }) => back.searchParams.set('iss', `${issuer}/`) },
  'iss in capitals': { back: (back, { issuer }) => back.searchParams.set('iss', issuer.toUpperCase()) },
  'iss twice': { back: (back, { issuer }) => back.searchParams.append('iss', issuer) },
  'no iss': { back: (back) => back.searchParams.delete('iss') },
  'state of another': { back: (back) => back.searchParams.set('state', 'x'.repeat(43)) },
  'state twice': { back: (back) => back.searchParams.append('state', back.searchParams.get('state') ?? '') },
  'no state': { back: (back) => back.searchParams.delete('state') },
  'code twice': { back: (back) => back.searchParams.append('code', 'canary-code-0') },
  'back to elsewhere': {
    back: (back, { inside }) => {
      back.port = new URL(inside).port
    },
  },
  'refusal with instructions': {
    back: (back) => {
      back.searchParams.delete('code')
      back.searchParams.set('error', 'server_error')
      back.searchParams.set('error_description', INSTRUCTIONS)
      back.searchParams.set('error_uri', 'https://evil.example/canary-words')
    },
  },
  'refusal of another with instructions': {
    back: (back, { honest }) => {
      back.searchParams.set('iss', honest)
      back.searchParams.set('error', 'access_denied')
      back.searchParams.set('error_description', INSTRUCTIONS)
    },
  },
  'refusal by instructions': {
    back: (back) => {
      back.searchParams.delete('code')
      back.searchParams.set('error', INSTRUCTIONS)
    },
  },

  'token refused with instructions': at(PATHS.token, (response) =>
    json(response, { error: 'invalid_request', error_description: INSTRUCTIONS, error_uri: INSTRUCTIONS }, 400),
  ),
  'token refused by instructions': at(PATHS.token, (response) => json(response, { error: INSTRUCTIONS }, 400)),
  'token of text/plain': at(PATHS.token, (response) =>
    response
      .writeHead(200, { 'content-type': 'text/plain' })
      .end(JSON.stringify({ access_token: 'canary-access-0', token_type: 'Bearer' })),
  ),
  'token with line breaks': answer({ access_token: 'canary-access-0\r\nx-admin: 1' }),
  'token with controls': answer({ access_token: 'canary-access-0\u0000\u001B[2J' }),
  'token with letters of other alphabets': answer({ access_token: 'canary-access-é' }),
  'token of 200 kB': answer({ access_token: `canary-access-${'x'.repeat(200_000)}` }),
  'refresh token of 200 kB': answer({ refresh_token: `canary-refresh-${'x'.repeat(200_000)}` }),
  'token as a list': answer({ access_token: ['canary-access-0'] }),
  'empty token': answer({ access_token: '' }),
  'no token type': answer({ token_type: undefined }),
  'token type mac': answer({ token_type: 'mac' }),
  'token type with instructions': answer({ token_type: INSTRUCTIONS }),
  'expires before now': answer({ expires_in: -1 }),
  'expires in words': answer({ expires_in: 'soon' }),
  'expires in a million years': answer({ expires_in: 1e300 }),
  'expires at once': answer({ expires_in: 0 }),
  'scope as a list': answer({ scope: ['notes:read'] }),
  'more scopes than asked for': answer({ scope: 'notes:read admin "quoted" \u001B[2J all' }),
  'thousands of scopes': answer({ scope: Array.from({ length: 20_000 }, (_, index) => `s${index}`).join(' ') }),
  'account with controls': {
    token: ({ scene: { issuer } }) => ({
      id_token: idToken({
        ...claimsOf(issuer),
        sub: 'mallory',
        email: `\u001B[2Jada@example.com\u202E${'x'.repeat(5000)}`,
      }),
    }),
  },

  'client of 200 kB': { client: { client_id: 'x'.repeat(200_000) } },
  'client with controls': { client: { client_id: 'client\r\nx-admin: 1\u001B[2J' } },
  'client as a list': { client: { client_id: ['client'] } },
  'client that expired': { client: { client_secret: 'canary-secret', client_secret_expires_at: 1 } },
  'register refused with instructions': at(PATHS.register, (response) =>
    json(response, { error: 'invalid_client_metadata', error_description: INSTRUCTIONS }, 400),
  ),
  'register dislikes every address': at(PATHS.register, (response) =>
    json(response, { error: 'invalid_redirect_uri', error_description: INSTRUCTIONS }, 400),
  ),
  'register unwell': at(PATHS.register, fail(503)),
  'token unwell': at(PATHS.token, fail(503)),
  'metadata unwell': { at: { [PATHS.metadata]: fail(500), [PATHS.openid]: fail(500) } },

  'refresh with more scopes': {
    token: ({ fields }) =>
      isRefresh(fields) ? { scope: 'notes:read admin' } : { scope: 'notes:read', expires_in: SOON },
  },
  'refresh of another account': {
    token: ({ fields, scene: { issuer } }) => ({
      ...(!isRefresh(fields) && { expires_in: SOON }),
      id_token: idToken({ ...claimsOf(issuer), sub: isRefresh(fields) ? 'mallory' : 'ada' }),
    }),
  },
  'refresh refused with instructions': {
    token: () => ({ expires_in: SOON }),
    at: {
      [PATHS.token]: (response, { fields }) =>
        isRefresh(fields) &&
        json(response, { error: 'invalid_grant', error_description: INSTRUCTIONS, error_uri: INSTRUCTIONS }, 400),
    },
  },
  'refresh unwell': {
    token: () => ({ expires_in: SOON }),
    at: {
      [PATHS.token]: (response, { fields }) => isRefresh(fields) && json(response, { error: INSTRUCTIONS }, 503),
    },
  },
  'refresh redirects inside': {
    token: () => ({ expires_in: SOON }),
    at: {
      [PATHS.token]: (response, asked) =>
        isRefresh(asked.fields) && redirect(({ inside }) => `${inside}/token`, 307)(response, asked),
    },
  },
}
