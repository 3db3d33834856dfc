import { describe, expect, it, vi } from 'vitest'
import { documents, openPatient, TOKEN } from '../fixtures/patient.ts'
import { examine } from './examine.ts'
import type { VisitOptions } from './visit.ts'

type Spoil = NonNullable<Parameters<typeof openPatient>[0]>

const BOTH: VisitOptions = { listenMs: 50, headers: { authorization: `Bearer ${TOKEN}` }, call: 'look' }

/** What is said of a server: for each check that found something, how bad that is and what was found. */
async function diagnose(spoil: Spoil | undefined, options: VisitOptions = BOTH, path = '/mcp') {
  await using patient = await openPatient(spoil)
  const { groups, ...rest } = await examine(new URL(path, patient.url), options)
  const wrong = groups
    .flatMap(({ checks }) => checks)
    .flatMap(({ id, findings }) =>
      findings
        .filter(({ verdict }) => verdict === 'bad' || verdict === 'note')
        .map(({ verdict, found }) => `${verdict} ${id}: ${found.replaceAll(patient.origin, '')}`),
    )
  return { ...rest, wrong, groups, asked: patient.asked }
}

const wrongWith = async (spoil: Spoil, options?: VisitOptions, path?: string): Promise<readonly string[]> =>
  (await diagnose(spoil, options, path)).wrong

const pathOf = ({ url }: Request): string => new URL(url).pathname
const isPost = ({ method }: Request): boolean => method === 'POST'

/** Changes the document at a path. */
const edit =
  (path: string, change: (document: Readonly<Record<string, unknown>>) => object | undefined): Spoil =>
  (request, next, origin) => {
    if (pathOf(request) !== path) return next(request)
    const document = change(documents(origin).get(path)!)
    return document === undefined ? new Response(null, { status: 404 }) : Response.json(document)
  }

const ISSUER = '/.well-known/oauth-authorization-server'
const RESOURCE = '/.well-known/oauth-protected-resource'

/** A document without some of its members. */
const without =
  (...names: readonly string[]) =>
  (document: Readonly<Record<string, unknown>>): object =>
    Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)))

/** Changes the head of what the server answers. */
const withHeaders =
  (change: (headers: Headers, request: Request) => void): Spoil =>
  async (request, next) => {
    const answer = await next(request)
    const headers = new Headers(answer.headers)
    change(headers, request)
    return new Response(answer.body, { status: answer.status, headers })
  }

describe('a healthy server', () => {
  it('has nothing wrong, and no tool called but the one that was named', async () => {
    const { wrong, counts, groups, asked } = await diagnose(undefined)
    expect(wrong).toEqual([])
    expect(counts).toMatchObject({ bad: 0, note: 0, skipped: 0 })
    expect(groups.flatMap(({ checks }) => checks).find(({ id }) => id === 'calling')?.findings[0]?.found).toMatch(
      /^look answered in \d+ ms$/,
    )
    expect(asked.length).toBeLessThan(60)
  })

  it('is told apart from one that lets nobody in here', async () => {
    const { wrong, counts, groups } = await diagnose(undefined, { listenMs: 50 })
    expect({ wrong, skipped: counts.skipped }).toEqual({ wrong: [], skipped: 5 })
    expect(groups.at(-1)?.checks.map(({ findings }) => findings[0]?.verdict)).toEqual(Array(5).fill('skipped'))
  })

  it('is never asked to change anything', async () => {
    const seen: string[] = []
    const spoil: Spoil = async (request, next) => {
      if (isPost(request)) seen.push(await request.clone().text())
      return next(request)
    }
    const { groups } = await diagnose(spoil, { ...BOTH, call: 'change' })
    expect(JSON.stringify(groups)).toContain('does not say that it only reads')
    expect(seen.filter((body) => body.includes('tools/call'))).toEqual([])
  })

  it('has no secret of it told', async () => {
    const { groups } = await diagnose(undefined)
    expect(JSON.stringify(groups)).not.toContain(TOKEN)
  })
})

describe('a server with one thing wrong', () => {
  it('that redirects', async () => {
    const spoil: Spoil = (request, next) =>
      isPost(request)
        ? new Response(null, { status: 308, headers: { location: 'https://notes.example.com/mcp' } })
        : next(request)
    expect(await wrongWith(spoil)).toEqual(['bad way: HTTP 308, a redirect to https://notes.example.com/mcp'])
  })

  it('that is at another path', async () => {
    expect(await wrongWith((request, next) => next(request), BOTH, '/')).toEqual([
      'bad path: HTTP 404, application/json; the server is at /mcp',
    ])
    expect(await wrongWith(() => new Response('gone', { status: 404 }))).toEqual(['bad path: HTTP 404, text/plain'])
  })

  it('that does not know its own name', async () => {
    const refusal = { jsonrpc: '2.0', error: { code: -32600, message: 'This Host is not in allowedHosts.' } }
    const spoil: Spoil = (request, next) => (isPost(request) ? Response.json(refusal, { status: 403 }) : next(request))
    expect(await wrongWith(spoil)).toEqual([expect.stringMatching(/^bad source: HTTP 403 for the name 127/)])
  })

  it('that lets pages and names of strangers in', async () => {
    const spoil: Spoil = (request, next, origin) => {
      const headers = new Headers(request.headers)
      headers.delete('origin')
      headers.set('host', new URL(origin).host)
      return next(new Request(request, { headers }))
    }
    // Without a token nobody would get in, so that the server is one that asks for none.
    const open: Spoil = (request, next, origin) => {
      if (pathOf(request).startsWith('/.well-known/')) return new Response(null, { status: 404 })
      const headers = new Headers(request.headers)
      headers.set('authorization', `Bearer ${TOKEN}`)
      return spoil(new Request(request, { headers }), next, origin)
    }
    expect(await wrongWith(open)).toEqual([
      'bad source: pages of any Origin may call (HTTP 200)',
      'bad source: pages of a name that points to this machine may call',
    ])
  })

  it('that keeps robots out', async () => {
    const spoil: Spoil = (request, next) =>
      /Claude|python/.test(request.headers.get('user-agent') ?? '')
        ? new Response('<html>', { status: 403 })
        : next(request)
    expect(await wrongWith(spoil)).toEqual(['bad agents: HTTP 403 for Claude, Python, and HTTP 401 for others'])
  })

  it('whose pre-flight promises what the call does not keep', async () => {
    const told = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }
    const spoil: Spoil = (request, next) =>
      request.method === 'OPTIONS' ? new Response(null, { status: 204, headers: told }) : next(request)
    expect(await wrongWith(spoil)).toEqual(['bad cors: the pre-flight allows what the call does not (HTTP 403)'])
  })

  it('that lets web pages call without their headers', async () => {
    const spoil: Spoil = async (request, next) => {
      const told = { 'access-control-allow-origin': 'https://inspector.invalid', 'access-control-allow-headers': '*' }
      if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: told })
      const headers = new Headers(request.headers)
      if (headers.get('origin') === 'https://inspector.invalid') headers.delete('origin')
      const answer = await next(new Request(request, { headers }))
      return new Response(answer.body, {
        status: answer.status,
        headers: { ...Object.fromEntries(answer.headers), ...told },
      })
    }
    expect(await wrongWith(spoil)).toEqual(['note cors: pages may not send authorization'])
  })

  it('whose errors a proxy replaces by pages', async () => {
    const spoil: Spoil = async (request, next) => {
      const answer = await next(request)
      if (answer.status !== 400) return answer
      return new Response('<!doctype html><title>Bad gateway</title>', {
        status: 502,
        headers: { 'content-type': 'text/html' },
      })
    }
    expect(await wrongWith(spoil)).toEqual(['bad errors: HTTP 502, a page for people'])
  })

  it('whose answers are compressed unasked', async () => {
    const spoil = withHeaders((headers) => headers.set('content-encoding', 'gzip'))
    expect(await wrongWith(spoil)).toEqual(['bad errors: HTTP 400 in gzip, although identity was asked for'])
  })

  it.each<[string, Spoil, string]>([
    [
      'no challenge',
      withHeaders((headers) => headers.delete('www-authenticate')),
      'bad challenge: 401 without WWW-Authenticate',
    ],
    [
      'a challenge for passwords',
      withHeaders((headers) => headers.has('www-authenticate') && headers.set('www-authenticate', 'Basic realm="x"')),
      'bad challenge: 401 with Basic',
    ],
    [
      'a challenge that says nothing',
      withHeaders(
        (headers) => headers.has('www-authenticate') && headers.set('www-authenticate', 'Bearer error="invalid_token"'),
      ),
      'note challenge: Bearer, without resource_metadata',
    ],
    [
      'another status for a bad token',
      async (request, next) => {
        const answer = await next(request)
        return answer.status === 401 && request.headers.has('authorization')
          ? new Response(null, { status: 400 })
          : answer
      },
      'bad challenge: HTTP 400 for a bad token, instead of 401',
    ],
    [
      'another status for none',
      async (request, next) => {
        const answer = await next(request)
        return answer.status === 401
          ? new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } })
          : answer
      },
      'bad path: HTTP 200, a page for people',
    ],
  ])('that has %s', async (_, spoil, expected) => {
    expect(await wrongWith(spoil)).toContain(expected)
  })

  it('that hides its metadata, or has it in one place only', async () => {
    const hidden: Spoil = (request, next) =>
      pathOf(request).startsWith(RESOURCE) ? new Response(null, { status: 404 }) : next(request)
    expect(await wrongWith(hidden)).toEqual(['bad metadata: none: HTTP 404'])
    expect(await wrongWith(edit(RESOURCE, () => undefined))).toEqual([`note metadata: not at ${RESOURCE}: HTTP 404`])
    expect(await wrongWith(edit(`${RESOURCE}/mcp`, () => undefined))).toEqual([
      `bad metadata: the challenge names a place that does not have it: HTTP 404`,
    ])
  })

  it('that is another resource than its URL', async () => {
    const spoil = edit(`${RESOURCE}/mcp`, (document) => ({ ...document, resource: 'https://notes.workers.dev/mcp' }))
    expect(await wrongWith(spoil)).toEqual(['bad resource: https://notes.workers.dev/mcp instead of /mcp'])
  })

  it.each<[string, Spoil, readonly string[]]>([
    ['nothing', edit(ISSUER, () => undefined), ['bad issuer:  publishes none: HTTP 404']],
    [
      'another name',
      edit(ISSUER, (document) => ({ ...document, issuer: `${String(document['issuer'])}/` })),
      ['bad issuer:  says that it is /'],
    ],
    [
      'no PKCE',
      edit(ISSUER, (document) => ({ ...document, code_challenge_methods_supported: ['plain'] })),
      ['bad issuer: without code_challenge_methods_supported: ["S256"]'],
    ],
    [
      'no iss',
      edit(ISSUER, without('authorization_response_iss_parameter_supported')),
      ['note issuer: without iss in its answers'],
    ],
    ['no endpoint', edit(ISSUER, without('token_endpoint')), ['bad issuer: without token_endpoint']],
    [
      'no way to register',
      edit(ISSUER, without('registration_endpoint', 'client_id_metadata_document_supported')),
      ['bad registration: neither metadata documents (CIMD) nor dynamically (DCR)'],
    ],
  ])('whose issuer publishes %s', async (_, spoil, expected) => {
    expect(await wrongWith(spoil)).toEqual(expected)
  })

  it('that names an issuer where nobody should be sent, which is not asked', async () => {
    const spoil = edit(`${RESOURCE}/mcp`, (document) => ({
      ...document,
      authorization_servers: ['http://169.254.169.254'],
    }))
    const { wrong } = await diagnose(spoil)
    expect(wrong).toEqual([
      expect.stringMatching(/^bad issuer: .* publishes none: Expected an issuer at an https address/),
    ])
  })

  it('whose clock is wrong', async () => {
    const late = withHeaders((headers) => headers.set('date', new Date(Date.now() - 300_000).toUTCString()))
    expect(await wrongWith(late)).toEqual([expect.stringMatching(/^note clock: (?:299|30[01]) s behind this machine$/)])
    const apart: Spoil = async (request, next, origin) =>
      pathOf(request) === ISSUER ? next(request) : late(request, next, origin)
    expect(await wrongWith(apart)).toEqual([expect.stringMatching(/^bad clock: (?:299|30[01]) s behind its issuer$/)])
  })

  it('for which the token has ended, by its own clock', async () => {
    const payload = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) - 100, sub: 'skipper' })).toString(
      'base64url',
    )
    const headers = { authorization: `Bearer e30.${payload}.AAAA` }
    const { wrong, groups } = await diagnose(undefined, { ...BOTH, headers })
    expect(wrong).toEqual([expect.stringMatching(/^bad clock: the token ended \d+ s ago/)])
    expect(JSON.stringify(groups)).not.toContain('skipper')
  })

  it.each<[string, string, readonly string[]]>([
    ['the present revision', 'server/discover', [expect.stringMatching(/^note present: not spoken/)]],
    ['earlier revisions', '"initialize"', [expect.stringMatching(/^note earlier: not spoken/)]],
  ])('that does not speak %s', async (_, word, expected) => {
    const refusal = { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'Method not found' } }
    const spoil: Spoil = async (request, next) => {
      const isKnown = request.headers.get('authorization') === `Bearer ${TOKEN}`
      if (!isKnown || !isPost(request)) return next(request)
      const body = await request.clone().text()
      // Nothing but the question is refused: what is not JSON is answered as before.
      return body.includes(word) && body.startsWith('{"') ? Response.json(refusal) : next(request)
    }
    expect(await wrongWith(spoil)).toEqual(expect.arrayContaining([...expected]))
  })

  it('that loses its sessions', async () => {
    let asked = 0
    const spoil: Spoil = async (request, next) => {
      const session = request.headers.get('mcp-session-id')
      if (session !== null)
        return asked++ % 2 === 1 ? new Response(null, { status: 404 }) : new Response('{}', { status: 202 })
      const body = isPost(request) ? await request.clone().text() : ''
      const answer = await next(request)
      const headers = new Headers(answer.headers)
      if (body.includes('"initialize"') && answer.status === 200) headers.set('mcp-session-id', 'one')
      return new Response(answer.body, { status: answer.status, headers })
    }
    expect(await wrongWith(spoil)).toEqual(['bad sessions: 3 of 6 requests did not find their session (HTTP 404)'])
  })

  it('whose streams are cut, or kept back', async () => {
    const cut: Spoil = async (request, next) => {
      const isStream = isPost(request) && (await request.clone().text()).includes('subscriptions/listen')
      const answer = await next(request)
      if (!isStream || answer.body === null) return answer
      return new Response(await takeFirst(answer.body), { headers: { 'content-type': 'text/event-stream' } })
    }
    expect(await wrongWith(cut, { ...BOTH, listenMs: 10_000 })).toEqual([
      expect.stringMatching(/^bad listening: cut after/),
    ])
    const kept: Spoil = async (request, next) => {
      const isStream = isPost(request) && (await request.clone().text()).includes('subscriptions/listen')
      return isStream
        ? new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } })
        : next(request)
    }
    expect(await wrongWith(kept)).toEqual(['bad listening: nothing came within 0.1 s'])
  })

  it('that ends streams by itself, at once or after a while', async () => {
    const now = performance.now.bind(performance)
    let waited = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + waited)
    const end =
      (ms: number): Spoil =>
      async (request, next) => {
        if (!isPost(request) || !(await request.clone().text()).includes('subscriptions/listen')) return next(request)
        waited += ms
        return Response.json({ jsonrpc: '2.0', id: 1, result: {} })
      }
    expect(await wrongWith(end(0))).toEqual(['note listening: ended at once by the server'])
    expect(await wrongWith(end(250_000))).toEqual(['note listening: ended by the server after 250 s'])
    clock.mockRestore()
  })

  it('that is slow', async () => {
    const now = performance.now.bind(performance)
    let waited = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + waited)
    const spoil: Spoil = (request, next) => {
      if (isPost(request)) waited += 1100
      return next(request)
    }
    expect(await wrongWith(spoil)).toEqual([expect.stringMatching(/^note latency: 1[12]\d\d ms/)])
    clock.mockRestore()
  })
})

async function takeFirst(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return value!
}

describe('a server that cannot be reached', () => {
  it.each([
    ['http://127.0.0.1:1/mcp', 'the connection is refused'],
    ['http://nobody.invalid/mcp', 'the name '],
  ])('at %s has that said once', async (address, expected) => {
    const { isReachable, groups, counts } = await examine(new URL(address), { listenMs: 50 })
    expect(groups[0]?.checks[0]?.findings[0]?.found).toContain(expected)
    expect({ isReachable, bad: counts.bad }).toEqual({ isReachable: false, bad: 1 })
  })

  it('by TLS is told so', async () => {
    await using patient = await openPatient()
    const { groups } = await examine(new URL(patient.url.href.replace('http:', 'https:')), { listenMs: 50 })
    expect(groups[0]?.checks[0]?.findings[0]?.found).toBe('no TLS is spoken there')
  })
})
