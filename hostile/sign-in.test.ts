import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scene } from './attackers/attack.ts'
import { leading, nowhere } from './attackers/document-attacks.ts'
import type { DocumentHost } from './attackers/documents.ts'
import { FORBIDDEN } from './attackers/issuer-attacks.ts'
import { ELSEWHERE } from './attackers/resource-attacks.ts'
import type { Visit } from './attackers/sign-in.ts'
import { expectNothingKept, expectNothingLeaked, expectUnharmed } from './expect-unharmed.ts'
import { type Program, startProgram } from './start-process.ts'
import type { SignInReport, SignInTask } from './victims/sign-in-task.ts'

let good: Program<Scene>
let victim: Program<'ready'>
let elsewhere: Program<DocumentHost>
beforeAll(async () => {
  good = await startProgram('attackers/sign-in.ts')
  victim = await startProgram('victims/sign-in.ts', good.first.server)
  elsewhere = await startProgram('attackers/documents.ts')
})
afterAll(async () => {
  await victim[Symbol.asyncDispose]()
  await elsewhere[Symbol.asyncDispose]()
  await good[Symbol.asyncDispose]()
})

/** What the program may grow by under all attacks together, in MiB: it has 192 of heap. */
const BOUND = 256

interface Suffered extends SignInReport {
  readonly scene: Scene
  readonly visits: readonly Visit[]
  /** The first outcome, with names in place of addresses. */
  readonly outcome: string
}

/** Lets one attacker loose on the program, and looks at what holds for all of them. */
async function suffer(attack: string, task: Omit<SignInTask, 'target'> = {}): Promise<Suffered> {
  await using attacker = await startProgram<Scene>('attackers/sign-in.ts', attack)
  const { first: scene, ask } = attacker
  const report = await victim.ask<SignInReport>('suffer', { target: scene.server, ...task } satisfies SignInTask)
  const visits = await ask<readonly Visit[]>('visits')
  expect(report.after).toBe(SERVED)
  expectUnharmed(report, BOUND)
  expectNothingLeaked(visits, report.said, ...report.outcomes, ...report.pages, victim.printed())
  return { ...report, scene, visits, outcome: nameHosts(report.outcomes.at(-1) ?? '', scene) }
}

function nameHosts(text: string, scene: Scene): string {
  return Object.entries(scene).reduce((named, [role, url]) => named.replaceAll(new URL(url).host, role), text)
}

const asked = (visits: readonly Visit[], path: string): number =>
  visits.filter((visit) => visit.path.split('?', 1)[0] === path).length

const SERVED = JSON.stringify([{ type: 'text', text: 'served' }])
const TOO_LARGE = 'answered with more than 262144 bytes.'
const REDIRECTS = 'redirects, which issuers must not.'
const NO_ANSWER = 'unavailable: No answer from issuer while signing in.'
const NO_CALLBACK = 'bad_callback: What came back from the browser is not the answer of the issuer, so it is not used.'
const NO_PKCE =
  'no_pkce: issuer does not say that it supports PKCE with S256, so no code of it is used. If you know that it does, name it in assumePkce.'
const NO_TOKEN = 'bad_token: issuer answered with something that is no token.'
const NO_HEADER = 'bad_token: Expected a token that can be used, got one with characters that no header can carry.'
const OTHER_ISSUER = 'bad_metadata: The issuer that the server names publishes the metadata of another one.'
const OTHER_RESOURCE = 'bad_metadata: The metadata of server is about another resource, so no token is asked for.'
const UNHEARD = 'missing_token: The server wants a valid access token (HTTP 401). The server gave no reason.'

/** What is refused before a page opens, and before anybody is told anything. */
const BEFORE_A_PAGE: readonly (readonly [what: string, attack: string, outcome: string])[] = [
  ['TC12: never ends its metadata', 'metadata endless', `bad_metadata: issuer ${TOO_LARGE}`],
  ['TC12: has metadata of 50 MB', 'metadata megabytes', `bad_metadata: issuer ${TOO_LARGE}`],
  ['TC12: compresses its metadata', 'metadata compressed', `bad_metadata: issuer ${TOO_LARGE}`],
  ['TC12: nests its metadata 100 000 deep', 'metadata nested', OTHER_ISSUER],
  [
    'TC12: has a page for metadata',
    'metadata html',
    'bad_metadata: Expected metadata at issuer as a JSON object, got something else.',
  ],
  [
    'TC12: has nothing for metadata',
    'metadata null',
    'bad_metadata: Expected metadata at issuer as a JSON object, got something else.',
  ],
  ['TC12: names what it publishes after prototypes', 'members of a prototype', NO_PKCE],
  ['resets the connection in its metadata', 'metadata reset', NO_ANSWER],
  ['breaks its metadata off', 'metadata cut', NO_ANSWER],
  ['has a head without end', 'metadata long head', NO_ANSWER],
  ['TC12: keeps its metadata to itself', 'metadata silent', NO_ANSWER],
  ['is unwell', 'metadata unwell', 'unavailable: issuer does not hand out its metadata now (HTTP 500).'],
  ['TC10: redirects in a circle', 'metadata in a circle', `forbidden_address: issuer ${REDIRECTS}`],
  ['TC10: redirects inside', 'metadata to the inside', `forbidden_address: issuer ${REDIRECTS}`],
  ['TC10: redirects to the link', 'metadata to the link', `forbidden_address: issuer ${REDIRECTS}`],
  ['TC5: calls itself with a slash', 'issuer with a slash', OTHER_ISSUER],
  ['TC5: calls itself with a path that leads back', 'issuer with a path', OTHER_ISSUER],
  ['TC5: calls itself in capitals', 'issuer in capitals', OTHER_ISSUER],
  ['TC5: calls itself like another', 'issuer of another', OTHER_ISSUER],
  ['TC5: calls itself by a list', 'issuer as a list', OTHER_ISSUER],
  ['TC5: calls itself nothing', 'no issuer', OTHER_ISSUER],
  ['TC1: says nothing of PKCE', 'no methods', NO_PKCE],
  ['TC1: offers plain challenges only', 'plain only', NO_PKCE],
  ['TC1: offers its challenges as text', 'methods as text', NO_PKCE],
  ['TC1: offers its challenges as a number', 'methods as a number', NO_PKCE],
]

describe.concurrent('a program that signs in, when an issuer', () => {
  it.each(BEFORE_A_PAGE)('%s, opens no page', async (_, attack, outcome) => {
    const suffered = await suffer(attack)
    expect(suffered.outcome).toBe(outcome)
    expect(suffered.pages).toEqual([])
    expect(asked(suffered.visits, '/register')).toBe(0)
    expectNothingKept(suffered)
  })

  it.each(FORBIDDEN)('TC10, TC11: has an endpoint at %j, goes nowhere', async (address) => {
    const suffered = await suffer(`endpoint ${address}`)
    expect(suffered.outcome).toMatch(
      /^forbidden_address: Expected the \w+_endpoint at an https address on another machine, got (?:something that is not one|one without TLS|one on this machine or its network|one with a user name or a fragment)\.$/,
    )
    expect([suffered.pages, asked(suffered.visits, '/register')]).toEqual([[], 0])
    expectNothingKept(suffered)
  })

  it.each([
    ['never ends', 'endless', `bad_metadata: issuer ${TOO_LARGE}`],
    ['is compressed', 'compressed', `bad_metadata: issuer ${TOO_LARGE}`],
    ['is a page', 'html', 'bad_metadata: Expected a registration as a JSON object, got something else.'],
    ['is nested 100 000 deep', 'nested', NO_TOKEN],
    ['is reset', 'reset', NO_ANSWER],
    ['comes byte by byte', 'dripping', NO_ANSWER],
    ['leads in a circle', 'in a circle', `forbidden_address: issuer ${REDIRECTS}`],
    ['leads inside', 'to the inside', `forbidden_address: issuer ${REDIRECTS}`],
    ['leads to the link', 'to the link', `forbidden_address: issuer ${REDIRECTS}`],
    [
      'is a refusal with instructions',
      'refused with instructions',
      'registration_refused: issuer refused to register this client (invalid_client_metadata).',
    ],
    [
      'is a refusal of every address',
      'dislikes every address',
      'registration_refused: issuer refused to register this client (invalid_redirect_uri).',
    ],
    ['is put off', 'unwell', 'unavailable: issuer cannot issue tokens now.'],
  ])('TC12, TC20: answers with a registration that %s, opens no page', async (_, what, outcome) => {
    const suffered = await suffer(`register ${what}`)
    expect(suffered.outcome).toBe(outcome)
    expect([suffered.pages, asked(suffered.visits, '/register')]).toEqual([[], 1])
    expectNothingKept(suffered)
  })

  it('has no endpoints but that for registrations, opens no page', async () => {
    const suffered = await suffer('no endpoints')
    expect(suffered.outcome).toBe('bad_metadata: The issuer has no page to sign in at.')
    expectNothingKept(suffered)
  })

  it.each([
    ['200 kB', 'client of 200 kB'],
    ['line breaks', 'client with controls'],
  ])('registers a client with a name of %s, opens no page', async (_, attack) => {
    const suffered = await suffer(attack)
    expect(suffered.outcome).toBe(
      'registration_refused: Expected a client_id of at most 4096 printable characters, got another.',
    )
    expect(suffered.pages).toEqual([])
    expectNothingKept(suffered)
  })

  it.each([
    ['a list for a name', 'client as a list', NO_TOKEN],
    [
      'a secret that has expired',
      'client that expired',
      'registration_refused: issuer registered a client that has expired already.',
    ],
  ])('registers a client with %s, opens no page', async (_, attack, outcome) => {
    const suffered = await suffer(attack)
    expect(suffered.outcome).toBe(outcome)
    expect(suffered.pages).toEqual([])
    expectNothingKept(suffered)
  })

  it.each([
    ['TC2: answers in the name of another', 'iss of another'],
    ['TC2: answers with a slash more', 'iss with a slash'],
    ['TC2: answers in capitals', 'iss in capitals'],
    ['TC2: answers in two names', 'iss twice'],
    ['TC2: answers in no name although it promised one', 'no iss'],
    ['TC3: refuses in the name of another, with instructions', 'refusal of another with instructions'],
    ['TC4: brings people to the page of another', 'endpoints of an honest issuer'],
    ['TC6: answers to somebody else', 'state of another'],
    ['TC6: answers to two', 'state twice'],
    ['TC6: answers to nobody', 'no state'],
    ['answers with two codes', 'code twice'],
    ['answers elsewhere', 'back to elsewhere'],
  ])('%s, sends the code to nobody', async (_, attack) => {
    const suffered = await suffer(attack)
    expect(suffered.outcome).toBe(NO_CALLBACK)
    expect([suffered.pages.length, asked(suffered.visits, '/token')]).toEqual([1, 0])
    expectNothingKept(suffered)
  })

  it.each([
    ['with instructions', 'refusal with instructions', 'server_error'],
    ['by instructions', 'refusal by instructions', 'an unknown error'],
    ['at the token endpoint, with instructions', 'token refused with instructions', 'invalid_request'],
    ['at the token endpoint, by instructions', 'token refused by instructions', 'an unknown error'],
  ])('TC3: refuses %s, repeats nothing of it', async (_, attack, reason) => {
    const suffered = await suffer(attack)
    expect(suffered.outcome).toBe(`refused: issuer refused to issue a token: ${reason}.`)
    expectNothingKept(suffered)
  })

  it.each([
    ['never ends', 'token endless', `bad_metadata: issuer ${TOO_LARGE}`],
    ['are 50 MB', 'token megabytes', `bad_metadata: issuer ${TOO_LARGE}`],
    ['are compressed', 'token compressed', `bad_metadata: issuer ${TOO_LARGE}`],
    ['are nested 100 000 deep', 'token nested', NO_TOKEN],
    ['are a page', 'token html', NO_TOKEN],
    ['are nothing', 'token null', NO_TOKEN],
    ['are reset', 'token reset', NO_ANSWER],
    ['break off', 'token cut', NO_ANSWER],
    ['never come', 'token silent', NO_ANSWER],
    ['have a head without end', 'token long head', NO_ANSWER],
    ['lead in a circle', 'token in a circle', `forbidden_address: issuer ${REDIRECTS}`],
    ['lead inside', 'token to the inside', `forbidden_address: issuer ${REDIRECTS}`],
    ['lead to the link', 'token to the link', `forbidden_address: issuer ${REDIRECTS}`],
    ['are put off', 'token unwell', 'unavailable: issuer cannot issue tokens now.'],
    ['have line breaks', 'token with line breaks', NO_HEADER],
    ['have controls', 'token with controls', NO_HEADER],
    ['have letters of other alphabets', 'token with letters of other alphabets', NO_HEADER],
    ['have 200 kB', 'token of 200 kB', NO_HEADER],
    ['are refreshed by 200 kB', 'refresh token of 200 kB', NO_HEADER],
    ['are lists', 'token as a list', NO_TOKEN],
    ['are empty', 'empty token', NO_TOKEN],
    ['have no type', 'no token type', NO_TOKEN],
    ['have the type mac', 'token type mac', NO_TOKEN],
    ['have instructions for a type', 'token type with instructions', NO_TOKEN],
    ['expired before they were issued', 'expires before now', NO_TOKEN],
    ['expire in words', 'expires in words', NO_TOKEN],
    ['have scopes in a list', 'scope as a list', NO_TOKEN],
  ])('TC12, TC16: gives tokens that %s, keeps and sends none', async (_, attack, outcome) => {
    const suffered = await suffer(attack)
    expect(suffered.outcome).toBe(outcome)
    expect([suffered.pages.length, asked(suffered.visits, '/token')]).toEqual([1, 1])
    expect(suffered.visits.filter(({ authorization }) => authorization !== '')).toEqual([])
    expectNothingKept(suffered)
  })

  it('answers with JSON that it calls text, is taken by its word and given up by the server', async () => {
    const { outcome, pages } = await suffer('token of text/plain')
    expect([outcome, pages.length]).toEqual([UNHEARD, 1])
  })

  it('TC16: promises a token for a million years, is asked again within one', async () => {
    const { outcome, account } = await suffer('expires in a million years')
    expect(outcome).toBe(SERVED)
    expect(account?.expiresAt).toBeLessThanOrEqual(Date.now() + 365 * 86_400_000)
  })

  it('TC16: gives a token that is over at once, brings nobody back to the page for one call', async () => {
    const { outcome, pages } = await suffer('expires at once')
    expect([outcome, pages.length]).toEqual([SERVED, 1])
  })

  it('TC16: grants more than was asked for, is taken for what it says, without what is no scope', async () => {
    const { outcome, account } = await suffer('more scopes than asked for', { scopes: ['notes:read'] })
    expect(outcome).toBe(SERVED)
    expect(account).toMatchObject({ scopes: ['notes:read', 'admin', 'all'], unasked: ['admin', 'all'] })
  })

  it('TC16: grants 20 000 scopes, has 256 of them remembered', async () => {
    const { outcome, account } = await suffer('thousands of scopes')
    expect([outcome, account?.scopes.length]).toEqual([SERVED, 256])
  })

  it('TC12: publishes lists that are none, is used without them', async () => {
    const { outcome } = await suffer('lists that are none')
    expect(outcome).toBe(SERVED)
  })

  it('grants more with a refresh, is not asked for it by the next sign-in', async () => {
    const { outcomes, account, pages } = await suffer('refresh with more scopes', { scopes: ['notes:read'], calls: 2 })
    expect([outcomes, pages.length]).toEqual([[SERVED, SERVED], 1])
    expect(account).toMatchObject({ scopes: ['notes:read', 'admin'], unasked: ['admin'] })
  })

  it('TC28: refreshes for another account, is seen to', async () => {
    const { outcomes, account, pages } = await suffer('refresh of another account', { calls: 2 })
    expect([outcomes, pages.length, account?.account]).toEqual([[SERVED, SERVED], 1, 'mallory'])
  })

  it.each([
    ['TC19: refuses a refresh with instructions', 'refresh refused with instructions'],
    ['TC19: puts a refresh off with instructions', 'refresh unwell'],
    ['TC10: redirects a refresh inside', 'refresh redirects inside'],
  ])('%s, tells nobody, and brings nobody to a page for a token that still holds', async (_, attack) => {
    const { outcomes, pages } = await suffer(attack, { calls: 2 })
    expect([outcomes, pages.length]).toEqual([[SERVED, SERVED], 1])
  })
})

describe.concurrent('a program that signs in, when a server', () => {
  it.each([
    ...ELSEWHERE.map((address) => `metadata at ${address}`),
    ...ELSEWHERE.map((address) => `issued by ${address}`),
  ])('TC10: has its %s, goes nowhere', async (attack) => {
    const suffered = await suffer(attack)
    expect(suffered.outcome).toMatch(
      /^forbidden_address: Expected (?:the metadata of the server|an issuer) at an https address on another machine, got (?:something that is not one|one without TLS|one on this machine or its network)\.$/,
    )
    expect(suffered.visits.filter(({ to }) => to !== 'server')).toEqual([])
    expectNothingKept(suffered)
  })

  it.each([
    ['TC7: is about another origin', 'resource of another origin', OTHER_RESOURCE],
    ['TC7: is about a longer path', 'resource with a longer path', OTHER_RESOURCE],
    ['TC7: is about a similar path', 'resource with a similar path', OTHER_RESOURCE],
    ['TC7: is about a path with dots', 'resource with dots', OTHER_RESOURCE],
    ['TC7: is about a query', 'resource with a query', OTHER_RESOURCE],
    ['TC7: is about a user', 'resource with a user', OTHER_RESOURCE],
    ['TC7: is about a list', 'resource as a list', OTHER_RESOURCE],
    ['TC7: is about nothing', 'no resource', OTHER_RESOURCE],
    ['names no issuer', 'no issuers', 'bad_metadata: The server does not say who issues tokens for it.'],
    [
      'names no list of issuers',
      'issuers that are none',
      'bad_metadata: The server does not say who issues tokens for it.',
    ],
    ['leads inside', 'metadata redirects inside', `forbidden_address: server ${REDIRECTS}`],
    ['leads to the link', 'metadata redirects to the link', `forbidden_address: server ${REDIRECTS}`],
    ['never ends', 'resource endless', `bad_metadata: server ${TOO_LARGE}`],
  ])('has metadata that %s, asks no issuer', async (_, attack, outcome) => {
    const suffered = await suffer(attack)
    expect(suffered.outcome).toBe(outcome)
    expect(suffered.visits.filter(({ to }) => to !== 'server')).toEqual([])
    expectNothingKept(suffered)
  })

  it.each(Object.keys({ ...leading, rebinds: {} }))(
    'TC10: names an issuer at a name that leads %s, connects to nobody',
    async (label) => {
      const { names, port } = elsewhere.first
      const host = `${label}.client.example:${port}`
      const suffered = await suffer(`https://${host}`, { names })
      expect(suffered.outcome).toBe(
        `forbidden_address: ${host} is on this machine or its network, where servers must not send anybody.`,
      )
      expect(await elsewhere.ask<number>('connections')).toBe(0)
      expectNothingKept(suffered)
    },
  )

  it.each(Object.keys(nowhere))('names an issuer at a name that leads nowhere (%s), waits for none', async (label) => {
    const { names, port } = elsewhere.first
    const host = `${label}.client.example:${port}`
    const suffered = await suffer(`https://${host}`, { names })
    expect(suffered.outcome).toBe(`unavailable: No answer from ${host} while signing in.`)
    expectNothingKept(suffered)
  })

  it('names 8 000 issuers, asks the first', async () => {
    const suffered = await suffer('thousands of issuers')
    expect(suffered.outcome).toBe('unavailable: No answer from i0.invalid while signing in.')
    expectNothingKept(suffered)
  })

  it('publishes 20 000 scopes, asks for 256', async () => {
    const { outcome, pages } = await suffer('thousands of published scopes')
    expect(outcome).toBe(SERVED)
    expect(new URL(pages[0] ?? '').searchParams.get('scope')?.split(' ')).toHaveLength(256)
  })

  it.each([
    ['writes a challenge into a description', 'challenge in a description', null],
    [
      'asks for a hundred scopes',
      'challenge of a hundred scopes',
      Array.from({ length: 64 }, (_, index) => `s${index}`).join(' '),
    ],
    ['asks for scopes that are none', 'challenge with strange scopes', 'd%0d%0ax-admin:1 e'],
    ['names two places for its metadata', 'challenge with two metadata', null],
  ])('TC13: %s, is asked for no more than it says', async (_, attack, scope) => {
    const { outcome, pages } = await suffer(attack)
    expect(outcome).toBe(SERVED)
    expect(pages.map((page) => new URL(page).searchParams.get('scope'))).toEqual([scope])
  })

  it.each([
    ['TC13: writes a challenge of 12 kB', 'challenge of 12 kB', UNHEARD],
    ['wants another scheme', 'other schemes only', UNHEARD],
    [
      'TC26: wants tokens that are bound to a key',
      'bound tokens only',
      'needs_dpop: server takes only tokens that are bound to a key.',
    ],
  ])('%s, opens no page', async (_, attack, outcome) => {
    const suffered = await suffer(attack)
    expect([suffered.outcome, suffered.pages]).toEqual([outcome, []])
    expectNothingKept(suffered)
  })

  it('TC14: refuses every token, brings nobody to the page twice for one call', async () => {
    const { outcome, pages } = await suffer('every token refused')
    expect(outcome).toBe('invalid_token: The server wants a valid access token (HTTP 401). The server gave no reason.')
    expect(pages).toHaveLength(1)
  })

  it('TC14: asks for another scope each time, is stopped', async () => {
    const { outcome, pages } = await suffer('more scopes each time', { calls: 4 })
    expect(outcome).toBe('beyond_limits: server asks for more permissions again and again.')
    // Once to sign in, and six times for more.
    expect(pages).toHaveLength(7)
  })

  it('TC14: asks for what it was just given, is not asked twice', async () => {
    const { outcome, pages } = await suffer('the same scope each time', { calls: 3 })
    expect(outcome).toMatch(/^insufficient_scope: /)
    expect(pages).toHaveLength(2)
  })

  it('TC14: asks for more than this client may have, opens no page for it', async () => {
    const { outcome, pages } = await suffer('scopes beyond the limit', {
      scopes: ['notes:read'],
      maxScopes: ['notes:read'],
    })
    expect(outcome).toBe('beyond_limits: server asks for more than this client may have.')
    expect(pages).toHaveLength(1)
  })

  it('refuses without end, is not read to it', async () => {
    const { outcome, pages } = await suffer('a refusal without end')
    expect([outcome, pages.length]).toEqual([UNHEARD, 1])
  })

  it('TC27: sends the call elsewhere, is not followed', async () => {
    const { outcome } = await suffer('another place for the call')
    expect(outcome).toBe(
      'bad_reply: The server redirects to http://inside/mcp (HTTP 307). Connect to that URL instead.',
    )
  })

  it('TC8: names another issuer after the first token, shows it nothing of the first', async () => {
    const { outcomes, pages, visits, scene } = await suffer('another issuer after the first token', { calls: 2 })
    expect(outcomes).toEqual([SERVED, SERVED])
    expect(pages.map((page) => new URL(page).origin)).toEqual([scene.issuer, scene.honest])
    expect(visits.filter(({ to }) => to === 'honest').map(({ path }) => path.split('?', 1)[0])).toEqual([
      '/.well-known/oauth-authorization-server',
      '/register',
      '/authorize',
      '/token',
    ])
  })

  it.each([
    [
      'TC24: has no metadata',
      'downgrade by nothing',
      'bad_metadata: server wants a token, but does not publish who issues them. (RFC 9728)',
    ],
    [
      'TC25: is unwell where its metadata is',
      'downgrade by an error',
      'unavailable: server does not hand out its metadata now (HTTP 500).',
    ],
    [
      'TC25: keeps its metadata to itself',
      'downgrade by a refusal',
      'bad_metadata: server does not hand out its metadata, without which nobody signs in.',
    ],
    [
      'TC25: has nonsense for metadata',
      'downgrade by nonsense',
      'bad_metadata: Expected metadata at server as a JSON object, got something else.',
    ],
  ])('%s, is not taken for an issuer of the past', async (_, attack, outcome) => {
    const suffered = await suffer(attack)
    expect(suffered.outcome).toBe(outcome)
    expect(suffered.visits.filter(({ to }) => to !== 'server')).toEqual([])
    expect(asked(suffered.visits, '/.well-known/oauth-authorization-server')).toBe(0)
    expectNothingKept(suffered)
  })

  it.each([
    [
      'TC24: publishes nothing of PKCE',
      'downgrade by nothing',
      'no_pkce: server does not say that it supports PKCE with S256, so no code of it is used. If you know that it does, name it in assumePkce.',
    ],
    ['TC25: is unwell', 'downgrade by an error', 'unavailable: server does not hand out its metadata now (HTTP 500).'],
  ])('%s and may be its own issuer, is none', async (_, attack, outcome) => {
    const suffered = await suffer(attack, { guessIssuer: true })
    expect([suffered.outcome, suffered.pages]).toEqual([outcome, []])
    expectNothingKept(suffered)
  })
})
