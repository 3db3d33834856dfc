import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Question } from './attackers/keys.ts'
import { callTool } from './attackers/requests.ts'
import { expectUnharmed } from './expect-unharmed.ts'
import { type Program, startProgram } from './start-process.ts'
import { startNeighbour } from './victims/neighbour.ts'
import type { Protection } from './victims/protected.ts'
import type { Memory } from './victims/task.ts'

/** What the process of all servers may grow by under all attacks together, in MiB. */
const BOUND = 192
/** Longest that a caller waits for an issuer that does not answer, on a busy machine. (milliseconds) */
const PATIENCE_MS = 9_000

let victim: Program<'ready'>
let harmless: Program<string>
let beside: ReturnType<typeof startNeighbour>
beforeAll(async () => {
  victim = await startProgram('victims/protected.ts')
  harmless = await startProgram('attackers/keys.ts')
  const urls = await Promise.all(BY.map((by) => protect(harmless, by)))
  let turn = 0
  // Tokens that were not seen before, so that somebody has to be asked about them.
  beside = startNeighbour(async () => {
    const by = turn++ % BY.length
    const { status } = await call(urls[by] ?? '', await tokenOf(harmless, BY[by] ?? 'signature'))
    if (status !== 200) throw new Error(`HTTP ${status}`)
  })
})
afterAll(async () => {
  await beside.stop()
  await harmless[Symbol.asyncDispose]()
  await victim[Symbol.asyncDispose]()
})

type By = Protection['by']
const BY = ['signature', 'introspection'] as const

const protect = ({ first: issuer }: Program<string>, by: By): Promise<string> =>
  victim.ask<string>('protect', { issuer, by } satisfies Protection)

const tokenOf = (issuer: Program<string>, by: By): Promise<string> =>
  issuer.ask<string>(by === 'signature' ? 'sign' : 'hand', {})

interface Heard {
  readonly status: number
  readonly text: string
  readonly challenge: string | null
}

async function call(url: string, token: string): Promise<Heard> {
  const headers = {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'search',
    authorization: `Bearer ${token}`,
  }
  const response = await fetch(url, { method: 'POST', headers, body: callTool(1, 'search') })
  return { status: response.status, text: await response.text(), challenge: response.headers.get('www-authenticate') }
}

const expectProcessUnharmed = async (): Promise<void> =>
  expectUnharmed({ memory: await victim.ask<Memory>('memory'), neighbour: beside.met(), closeMs: 0 }, BOUND)

interface Scene {
  readonly issuer: Program<string>
  readonly url: string
  readonly token: string
  readonly asked: () => Promise<readonly Question[]>
}

/** A server that relies on an attacker, and a token that an honest issuer would let in. */
async function onStage(attack: string, by: By, act: (scene: Scene) => Promise<void>): Promise<void> {
  await using issuer = await startProgram<string>('attackers/keys.ts', attack)
  const url = await protect(issuer, by)
  const token = await tokenOf(issuer, by)
  const asked = (): Promise<readonly Question[]> => issuer.ask<readonly Question[]>('questions')
  await act({ issuer, url, token, asked })
  const questions = await asked()
  expect(questions.filter(({ to }) => to !== 'issuer')).toEqual([])
  // Who this server is to the issuer is shown where tokens are asked about, and nowhere else.
  const authorized = questions.filter(({ authorization }) => authorization !== '')
  expect(authorized.filter(({ path }) => path !== '/introspect')).toEqual([])
  expect(victim.printed()).not.toContain(token)
  expect(victim.printed()).not.toMatch(/canary-(?:secret|words)/)
  await expectProcessUnharmed()
}

const UNAVAILABLE = {
  status: 503,
  challenge: null,
  text: JSON.stringify({
    jsonrpc: '2.0',
    error: {
      code: 503,
      message: 'Who you are cannot be found out now. Try again later.',
      data: { retryAfterMs: 2000 },
    },
  }),
}

const refused = (message: string): Heard => ({
  status: 401,
  challenge: expect.stringMatching(/^Bearer error="invalid_token", resource_metadata="https:\/\/notes/) as string,
  text: JSON.stringify({ jsonrpc: '2.0', error: { code: 401, message, data: { requiredScopes: [] } } }),
})

const INVALID = refused('The access token is not valid here.')
const ELSEWHERE = refused('The access token is for another resource.')
const LATE = refused('The access token is not valid any more, or not yet.')

const SIGNED = ['metadata', 'keys']
const ASKED = ['metadata', 'verdict']
const WAYS: readonly (readonly [what: string, attack: string])[] = [
  ['never ends', 'endless'],
  ['is 50 MB', 'megabytes'],
  ['is compressed', 'compressed'],
  ['is a page', 'html'],
  ['is nothing', 'null'],
  ['is reset', 'reset'],
  ['breaks off', 'cut'],
  ['does not come', 'silent'],
  ['comes byte by byte', 'dripping'],
  ['leads in a circle', 'in a circle'],
  ['leads inside', 'to the inside'],
]

describe.concurrent('a protected server, when what its issuer answers', () => {
  it.each(
    WAYS.flatMap(([way, attack]) => [
      ...SIGNED.map((what) => ['signature' as const, what, way, `${what} ${attack}`] as const),
      ...ASKED.map((what) => ['introspection' as const, what, way, `${what} ${attack}`] as const),
    ]),
  )(
    'TR23: relies on a %s, and its %s %s, lets nobody in and tells nobody that their token is bad',
    async (by, _w, _h, attack) => {
      await onStage(attack, by, async ({ url, token, asked }) => {
        const begun = performance.now()
        const heard = await Promise.all(Array.from({ length: 20 }, () => call(url, token)))
        expect(performance.now() - begun).toBeLessThan(PATIENCE_MS)
        expect(heard).toEqual(Array.from({ length: 20 }, () => UNAVAILABLE))
        // One goes for all, and no redirect is followed.
        const paths = (await asked()).map(({ path }) => path)
        expect(new Set(paths).size).toBe(paths.length)
      })
    },
  )

  it.each<[By, string]>([
    ['signature', 'metadata reset'],
    ['signature', 'keys endless'],
    ['introspection', 'metadata html'],
    ['introspection', 'verdict to the inside'],
    ['introspection', 'true in words'],
  ])('TR23: was of no use for a %s (%s), is asked again a moment later', async (by, attack) => {
    await onStage(attack, by, async ({ issuer, url, token }) => {
      expect(await call(url, token)).toEqual(UNAVAILABLE)
      await issuer.ask('behave')
      await vi.waitFor(async () => expect((await call(url, token)).status).toBe(200), {
        timeout: 10_000,
        interval: 200,
      })
    })
  })
})

describe.concurrent('a protected server, when its issuer', () => {
  it.each<[string, string, By]>([
    ['calls itself with a slash', 'metadata of another', 'signature'],
    ['calls itself with a slash', 'metadata of another', 'introspection'],
    ['has its keys in a file', 'keys in a file', 'signature'],
    ['has its keys where others read along', 'keys without TLS', 'signature'],
    ['has its keys at a number', 'keys at a number', 'signature'],
    ['has a number for keys', 'keys that are none', 'signature'],
    ['has things among its keys that are none', 'keys of other kinds', 'signature'],
    ['says yes in words', 'true in words', 'introspection'],
  ])('%s, lets nobody in (%s, by %s)', async (_, attack, by) => {
    await onStage(attack, by, async ({ url, token }) => expect(await call(url, token)).toEqual(UNAVAILABLE))
  })

  it.each([
    ['has no keys', 'no keys'],
    ['has 1 500 keys of one name', 'thousands of keys'],
    ['publishes shared secrets', 'shared secrets'],
    ['has another key each time', 'another key each time'],
    ['calls its key otherwise each time', 'another name each time'],
    ['has an enormous key', 'an enormous key'],
  ])('TR5: %s, lets nobody in and asks once', async (_, attack) => {
    await onStage(attack, 'signature', async ({ url, token, asked }) => {
      for (let count = 0; count < 5; count++) expect(await call(url, token)).toEqual(INVALID)
      expect((await asked()).filter(({ path }) => path === '/jwks')).toHaveLength(1)
    })
  })

  it('has 1 500 keys and the right one, finds that', async () => {
    await onStage('thousands of keys, and one', 'signature', async ({ url, token }) => {
      expect((await call(url, token)).status).toBe(200)
    })
  })

  it.each([
    ['TR24: says yes to everything', 'true for all', LATE],
    ['TR3: says yes for another resource', 'true for another resource', ELSEWHERE],
    ['TR3: says yes for a longer resource', 'true for a longer resource', ELSEWHERE],
    ['TR3: says yes for several resources', 'true for all resources', ELSEWHERE],
    ['TR24: says yes for ever', 'true without end', LATE],
    ['TR24: says yes too late', 'true after its end', LATE],
    ['TR24: says yes until a word', 'true until a word', LATE],
    ['TR24: says yes to nobody', 'true for nobody', INVALID],
    ['TR24: says yes to several people', 'true for a list of people', INVALID],
    [
      'TR24: says yes for another issuer',
      'true of another issuer',
      refused('The access token is from another issuer.'),
    ],
    [
      'TR24: says yes to who showed no key',
      'true for a bound token',
      refused('The access token is bound to a key that was not shown.'),
    ],
    ['TR24: says yes with 10 000 scopes', 'true with thousands of scopes', INVALID],
    ['says no with instructions', 'instructions for a verdict', INVALID],
  ])('%s, lets nobody in', async (_, attack, answer) => {
    await onStage(attack, 'introspection', async ({ url, token }) => expect(await call(url, token)).toEqual(answer))
  })
})

/** A token that its caller made: signed by what anybody knows, or by nothing. */
function forge(header: object, claims: object, secret?: string): string {
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${secret === undefined ? '' : createHmac('sha256', secret).update(text).digest('base64url')}`
}

describe.concurrent('a protected server, when a caller', () => {
  it('TR5: brings tokens that were not made by its issuer, lets nobody in', async () => {
    await onStage('nothing', 'signature', async ({ issuer, url }) => {
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: issuer.first, aud: 'https://notes.example.com/mcp', sub: 'ada', exp: now + 600, iat: now }
      const real = await issuer.ask<{ readonly x: string }>('real')
      const typ = 'at+jwt'
      const evil = 'https://evil.example/jwks'
      const forged = [
        forge({ alg: 'none', typ }, claims),
        forge({ alg: 'HS256', typ, kid: 'one' }, claims, JSON.stringify(real)),
        forge({ alg: 'HS256', typ, kid: 'one' }, claims, real.x),
        forge({ alg: 'ES256', typ, kid: 'one', jwk: real }, claims, 'x'),
        forge({ alg: 'ES256', typ, kid: 'one', jku: evil, x5u: evil }, claims, 'x'),
        forge({ alg: 'ES256', typ, kid: 'one', crit: ['exp'] }, claims, 'x'),
        forge({ alg: 'ES256', typ, kid: '__proto__' }, claims, 'x'),
        forge({ alg: ['ES256'], typ, kid: { toString: 'x' } }, claims, 'x'),
        ...(await Promise.all(
          [
            { header: { typ: 'JWT' } },
            { header: { typ: 'oauth-id-jag+jwt' } },
            { claims: { aud: 'https://notes.example.com/mcp-evil' } },
            { claims: { aud: ['https://notes.example.com/mcp', 'https://other.example.com'] } },
            { claims: { iss: `${issuer.first}/` } },
            { claims: { exp: 1 } },
            { claims: { nbf: now + 3600 } },
            { claims: { cnf: { jkt: 'x' } } },
          ].map((wrong) => issuer.ask<string>('sign', wrong)),
        )),
      ]
      for (const token of forged) expect([token, (await call(url, token)).status]).toEqual([token, 401])
    })
  })

  it('TA49: makes up 300 names of keys, has the issuer asked once in half a minute', async () => {
    await onStage('nothing', 'signature', async ({ issuer, url, token, asked }) => {
      expect((await call(url, token)).status).toBe(200)
      const kids = Array.from({ length: 300 }, (_, index) =>
        issuer.ask<string>('sign', { header: { kid: `k${index}` } }),
      )
      const statuses = await Promise.all((await Promise.all(kids)).map(async (each) => (await call(url, each)).status))
      expect(new Set(statuses)).toEqual(new Set([401]))
      expect((await asked()).filter(({ path }) => path === '/jwks')).toHaveLength(1)
      expect((await call(url, token)).status).toBe(200)
    })
  })

  it.each([
    ['of 12 kB', 'a'.repeat(12_000)],
    ['with a comma', 'a, Bearer b'],
    ['of nothing', ''],
    ['of dots', '...'.repeat(1000)],
  ])('TR6: brings a token %s, is told the same as everybody', async (_, token) => {
    await onStage('nothing', 'signature', async ({ url, asked }) => {
      const { status, challenge } = await call(url, token)
      expect([status, challenge?.startsWith('Bearer error="invalid_token"')]).toEqual([401, true])
      expect((await asked()).length).toBeLessThanOrEqual(2)
    })
  })
})
