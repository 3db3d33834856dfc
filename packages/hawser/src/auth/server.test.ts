import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import type { Call, Handle } from '../call/index.ts'
import { createFetchHandler } from '../http/index.ts'
import { createNotes, hear, type Heard } from './fixtures/notes.ts'
import { ISSUER, RESOURCE } from './fixtures/issuer.ts'
import { introspection } from './introspection.ts'

const METADATA = 'https://notes.example.com/.well-known/oauth-protected-resource/mcp'
const NOBODY = `Bearer scope="notes:read", resource_metadata="${METADATA}"`

const call = (name: string, args: object = {}) => ['tools/call', { name, arguments: args }] as const

/** No answer to a stranger holds more than what it takes to sign in. */
const expectNothingLeaked = ({ text }: Heard, ran: readonly string[]): void => {
  expect(ran).toEqual([])
  expect(text).not.toMatch(/secret|canary/)
}

describe('a protected server over HTTP', () => {
  // spec: auth-http, auth-announced, auth-challenge-scope, auth-statuses, http-authentication, handle-verified, past-challenge
  it.each(['tools/call', 'tools/list', 'server/discover', 'no/such'])(
    'TR1: tells who has no token where to get one, for %s',
    async (method) => {
      const { send, ran } = await createNotes()
      const heard = await send(method, { name: 'search' })
      expect(heard).toMatchObject({ status: 401, challenge: NOBODY })
      expectNothingLeaked(heard, ran)
    },
  )

  it('TR1: lets strangers do what is for everybody, where there is such a thing', async () => {
    const { send, ran } = await createNotes({ open: true })
    expect(await send(...call('hello'))).toMatchObject({ status: 200 })
    expect((await send('tools/list')).status).toBe(200)
    const heard = await send(...call('search'))
    expect(heard).toMatchObject({ status: 401, challenge: NOBODY })
    expect(await send(...call('whoami'))).toMatchObject({ status: 401 })
    expectNothingLeaked(heard, ran)
  })

  // spec: auth-token-header
  it('TR2: looks for a token in the header alone, and writes it nowhere', async () => {
    const { server, sign, ran, logged } = await createNotes()
    const token = await sign({ scope: 'notes:read' })
    const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
    const json = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'search', access_token: token },
    })
    const requests = [
      new Request(`${RESOURCE}?access_token=${token}`, { method: 'POST', headers, body: json }),
      new Request(RESOURCE, { method: 'POST', headers: { ...headers, cookie: `access_token=${token}` }, body: json }),
      new Request(RESOURCE, { method: 'POST', headers, body: json }),
    ]
    for (const request of requests) {
      const heard = await hear(await server.fetch(request))
      expect(heard).toMatchObject({ status: 401, challenge: NOBODY })
      expectNothingLeaked(heard, ran)
    }
    const form = await server.fetch(
      new Request(RESOURCE, { method: 'POST', body: new URLSearchParams({ access_token: token }) }),
    )
    expect([401, 406, 415]).toContain(form.status)
    expect(JSON.stringify(logged)).not.toContain(token)
  })

  it.each([
    ['audience', { aud: `${RESOURCE}-evil` }, 'The access token is for another resource.'],
    ['issuer', { iss: 'https://evil.example.com' }, 'The access token is from another issuer.'],
  ])('TR3: refuses a token with another %s', async (_, claims, reason) => {
    const { send, sign, ran } = await createNotes()
    const heard = await send(...call('search'), { token: await sign({ scope: 'notes:read', ...claims }) })
    expect(heard).toMatchObject({
      status: 401,
      challenge: `Bearer error="invalid_token", resource_metadata="${METADATA}", error_description="${reason}"`,
    })
    expectNothingLeaked(heard, ran)
  })

  // spec: auth-token-invalid, auth-token-validated
  it('TR4: says that a token is expired before it says what else it lacks', async () => {
    const { send, sign, now, ran } = await createNotes()
    const heard = await send(...call('save', { text: 'x' }), { token: await sign({ exp: now() - 600 }) })
    expect(heard.status).toBe(401)
    expect(heard.challenge).toMatch(/^Bearer error="invalid_token", resource_metadata/)
    expectNothingLeaked(heard, ran)
  })

  it('TR6: writes nothing of a header back', async () => {
    const { send, ran } = await createNotes()
    const heard = await send(...call('search'), { headers: { authorization: 'Bearer canary", x="y' } })
    expect(heard.status).toBe(401)
    expect(heard.challenge).not.toContain('canary')
    expectNothingLeaked(heard, ran)
  })

  it('TR7: goes by the token, and for live scopes by what the issuer says now', async () => {
    const { send, sign, ran, live } = await createNotes()
    const token = await sign({ scope: 'notes:read notes:wipe', gid: 'g1' })
    expect((await send(...call('wipe'), { token })).body.result).toMatchObject({ content: [{ text: 'wiped' }] })
    live.clear()
    ran.length = 0
    expect(await send(...call('search'), { token })).toMatchObject({ status: 200 })
    const heard = await send(...call('wipe'), { token })
    expect(heard).toMatchObject({ status: 401, challenge: expect.stringContaining('error="invalid_token"') })
    expect(ran).toEqual(['search'])
  })

  it('TR7: does nothing where nobody can tell whether a live scope still holds', async () => {
    const { send, sign, ran } = await createNotes()
    const heard = await send(...call('wipe'), { token: await sign({ scope: 'notes:wipe' }) })
    expect(heard).toMatchObject({ status: 503, challenge: null })
    expect(heard.headers.get('retry-after')).toBe('2')
    expectNothingLeaked(heard, ran)
  })

  // spec: auth-insufficient, auth-at-once, auth-statuses
  it('TR8: names everything that a call takes at once, and no arguments', async () => {
    const { send, sign, ran } = await createNotes()
    const heard = await send(...call('save', { text: 'canary' }), { token: await sign({ scope: 'notes:read' }) })
    expect(heard).toMatchObject({
      status: 403,
      challenge: `Bearer error="insufficient_scope", scope="notes:write notes:share", resource_metadata="${METADATA}", error_description="Permission missing: notes:write, notes:share."`,
    })
    expectNothingLeaked(heard, ran)
  })

  // spec: auth-scope-consistent
  it.each([
    [{ shared: false }, 'notes:read', 403, 'notes:write'],
    [{ shared: true }, 'notes:write', 403, 'notes:write notes:share'],
    [{ shared: true }, '', 403, 'notes:write notes:share'],
    [{ shared: false }, 'notes:write', 200, undefined],
    [{ shared: true }, 'notes:write notes:share', 200, undefined],
  ])('TR8: asks for what %j takes of one who holds "%s"', async (args, scope, status, named) => {
    const { send, sign, ran } = await createNotes()
    const heard = await send(...call('put', args), { token: await sign({ scope }) })
    expect(heard.status).toBe(status)
    expect(/scope="([^"]*)", r/.exec(heard.challenge ?? '')?.[1]).toBe(named)
    expect(ran).toEqual(status === 200 ? ['put'] : [])
  })

  it('TR8: says what is wrong with arguments by which nobody can tell what they take', async () => {
    const { send, sign, ran } = await createNotes()
    const heard = await send(...call('put', { shared: 'yes' }), { token: await sign({ scope: '' }) })
    expect(heard.body.result).toMatchObject({ isError: true })
    expect(ran).toEqual([])
  })

  // spec: auth-hierarchy
  it('TR9: counts a scope that implies the one it takes', async () => {
    const { send, sign } = await createNotes()
    expect(await send(...call('search'), { token: await sign({ scope: 'notes:write' }) })).toMatchObject({
      status: 200,
    })
  })

  it('TR11: refuses a name in the header that is not the one in the body', async () => {
    const { send, sign, ran } = await createNotes()
    const token = await sign({ scope: 'notes:read' })
    const heard = await send(...call('save', { text: 'x' }), { token, headers: { 'mcp-name': 'search' } })
    expect(heard).toMatchObject({ status: 400, body: { error: { code: -32020 } } })
    expectNothingLeaked(heard, ran)
  })

  it.each(['Search', 'search ', 'ѕearch', 'search\u0000', 'constructor', '__proto__'])(
    'TR13: knows tools by their exact name alone: %j',
    async (name) => {
      const { send, sign, ran } = await createNotes()
      const token = await sign({ scope: 'notes:read' })
      const heard = await send(...call(name), {
        token,
        headers: { 'mcp-name': `=?base64?${btoa(unescape(encodeURIComponent(name)))}?=` },
      })
      expect(heard.body.result).toBeUndefined()
      expectNothingLeaked(heard, ran)
    },
  )

  it.each(['notes://ada/../1', 'notes://ada/%2e%2e', 'notes://ada%2F..%2Feve/1', 'notes://eve/1'])(
    'TR14: asks for the scopes of what %s is',
    async (uri) => {
      const { send, sign, ran } = await createNotes()
      const heard = await send('resources/read', { uri }, { token: await sign({ scope: '' }) })
      expect(heard.body.result).toBeUndefined()
      expectNothingLeaked(heard, ran)
    },
  )

  it('TR14: asks for what the variables of a URI take', async () => {
    const { send, sign } = await createNotes()
    const token = await sign({ scope: '' })
    expect(await send('resources/read', { uri: 'notes://public/1' }, { token })).toMatchObject({ status: 200 })
    expect(await send('resources/read', { uri: 'notes://ada/1' }, { token })).toMatchObject({ status: 403 })
  })

  it.each([
    ['tools/call', { name: 'search' }],
    ['tools/call', { name: 'long' }],
    ['resources/read', { uri: 'notes://ada/1' }],
    ['prompts/get', { name: 'review', arguments: { id: 'secret-id' } }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'review' }, argument: { name: 'id', value: '' } }],
    [
      'completion/complete',
      { ref: { type: 'ref/resource', uri: 'notes://{owner}/{id}' }, argument: { name: 'id', value: '' } },
    ],
  ])('TR15: asks for the same on every way to an item: %s', async (method, params) => {
    const { send, sign, ran } = await createNotes()
    const heard = await send(method, params, { token: await sign({ scope: 'notes:share' }) })
    expect(heard).toMatchObject({ status: 403, challenge: expect.stringContaining('scope="notes:read"') })
    expectNothingLeaked(heard, ran)
  })

  it('TR15: lists no members to those who may not read them, and tells them of no change', async () => {
    const { send, sign, changes } = await createNotes()
    const token = await sign({ scope: 'notes:share' })
    expect((await send('resources/list', {}, { token })).body.result).toMatchObject({ resources: [] })
    const listening = send(
      'subscriptions/listen',
      { notifications: { resourceSubscriptions: ['notes://ada/1'] } },
      { token },
    )
    await changes.publish({ kind: 'resource', uri: 'notes://ada/1' })
    expect((await listening).text).not.toContain('notes://ada/1')
  })

  it('TR15: tells of changes until the token ends, and no longer', async () => {
    const { send, sign, now } = await createNotes({ auth: { clockTolerance: 0 } })
    const token = await sign({ scope: 'notes:read', exp: now() + 1 })
    const heard = await send(
      'subscriptions/listen',
      { notifications: { resourceSubscriptions: ['notes://ada/1'] } },
      { token },
    )
    expect(heard.text).toContain('notes://ada/1')
    expect(heard.body.result).toBeDefined()
  })

  // spec: handle-no-proof, handle-owner
  it('TR15, TR18: gives a task to whoever started it, in the same program and with the scopes that it took', async () => {
    const { send, sign } = await createNotes()
    const token = await sign({ scope: 'notes:read' })
    const { taskId } = (await send(...call('long'), { token })).body.result as { taskId: string }
    const get = async (claims: object) =>
      send('tasks/get', { taskId }, { token: await sign({ scope: 'notes:read', ...claims }) })
    const strangers = [{ sub: 'eve' }, { client_id: 'other' }, { tid: 'acme' }]
    for (const claims of strangers) {
      const heard = await get(claims)
      expect(heard.body.error).toMatchObject({ code: -32602, message: expect.stringContaining('Unknown task') })
      expect(heard.text).not.toContain('secret')
    }
    expect(await get({ scope: 'notes:share' })).toMatchObject({ status: 403 })
    await vi.waitFor(async () => expect((await get({})).text).toContain('secret of the task'))
  })

  it('TR16: lets nobody keep a list for others that not everybody may see', async () => {
    const { send, sign } = await createNotes()
    const token = await sign({ scope: 'notes:read' })
    for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
      expect((await send(method, {}, { token })).body.result).toMatchObject({ cacheScope: 'private' })
    }
    const read = await send('resources/read', { uri: 'notes://ada/1' }, { token })
    expect(read.body.result).toMatchObject({ cacheScope: 'private' })
  })

  it('TR17: answers for what is hidden as for what does not exist', async () => {
    const { send, sign, ran } = await createNotes({ grantable: (scope) => scope !== 'notes:wipe' })
    const token = await sign({ scope: 'notes:read notes:wipe', gid: 'g1' })
    const listed = (await send('tools/list', {}, { token })).body.result as { tools: { name: string }[] }
    expect(listed.tools.map(({ name }) => name)).not.toContain('wipe')
    const hidden = await send(...call('wipe'), { token })
    const unknown = await send(...call('none'), { token })
    expect(hidden.text.replaceAll('wipe', 'none')).toBe(unknown.text)
    expect(hidden).toMatchObject({ status: unknown.status, challenge: null })
    expectNothingLeaked(hidden, ran)
  })

  it.each([
    ['another user', { sub: 'eve' }],
    ['the same user in another program', { client_id: 'other' }],
    ['the same name in another tenant', { tid: 'acme' }],
  ])('TR18: opens what a client keeps for a question to nobody else: %s', async (_, claims) => {
    const { send, sign, ran } = await createNotes()
    const asked = (await send(...call('sure'), { token: await sign() })).body.result as { requestState: string }
    const answered = {
      name: 'sure',
      requestState: asked.requestState,
      inputResponses: { confirm: { action: 'accept', content: {} } },
    }
    const heard = await send('tools/call', answered, { token: await sign(claims) })
    expect(heard.body).toMatchObject({ error: { code: -32602 } })
    expectNothingLeaked(heard, ran)
    expect((await send('tools/call', answered, { token: await sign({ scope: 'more' }) })).text).toContain('done')
  })

  it('TR19: gives a thousand calls of two people to whom they belong', async () => {
    const { send, sign } = await createNotes()
    const tokens = { ada: await sign(), eve: await sign({ sub: 'eve', client_id: 'other' }) }
    const one = async (name: 'ada' | 'eve', id: number): Promise<string> =>
      (await send(...call('whoami', { after: id % 3 }), { token: tokens[name], id })).text
    const all = Array.from({ length: 500 }, (_, id) => [one('ada', id), one('eve', id)]).flat()
    for (const [index, text] of (await Promise.all(all)).entries()) {
      expect(text).toContain(index % 2 === 0 ? 'ada in editor' : 'eve in other')
    }
  })

  // spec: auth-token-transit
  it('TR20: gives nobody behind the door a token to pass on', async () => {
    const { server, send, sign } = await createNotes()
    const seen: Call[] = []
    const handle: Handle = (received) => {
      seen.push(received)
      return server.handle(received)
    }
    const token = await sign()
    await send(...call('whoami'), { token, fetch: createFetchHandler({ ...server, handle }) })
    expect(seen).toHaveLength(1)
    expect(inspect(seen, { depth: Infinity, showHidden: true })).not.toContain(token)
  })

  // spec: auth-metadata, auth-servers, auth-announced
  it('TR21: serves its description beside the endpoint, and nothing else there', async () => {
    const { server } = await createNotes()
    const get = (path: string, method = 'GET', headers = {}) =>
      server.fetch(new Request(`https://notes.example.com${path}`, { method, headers }))
    for (const path of ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource']) {
      const response = await get(path, 'GET', { origin: 'https://page.example.com' })
      expect(response.status).toBe(200)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('access-control-allow-credentials')).toBeNull()
      expect(await response.json()).toEqual({
        resource: RESOURCE,
        authorization_servers: [ISSUER],
        bearer_methods_supported: ['header'],
        scopes_supported: ['notes:read'],
        resource_name: 'notes',
      })
      expect(
        [await get(path, 'HEAD'), await get(path, 'OPTIONS'), await get(path, 'POST')].map(({ status }) => status),
      ).toEqual([200, 204, 405])
    }
    const strange = ['/.well-known/oauth-protected-resource/other', '/.well-known/oauth-authorization-server']
    for (const path of strange) expect((await get(path)).status).toBe(404)
  })

  it('TR16: lets no cache keep what it says, or give it to another caller', async () => {
    const { send, sign } = await createNotes({ open: true })
    const token = await sign({ scope: 'notes:read' })
    const heard = [
      await send('tools/list'),
      await send('tools/list', {}, { token }),
      await send(...call('search'), { token }),
      await send(...call('save', { text: 'x' }), { token }),
      await send(...call('search'), { token: 'none' }),
      await send('subscriptions/listen', { notifications: {} }, { token }),
    ]
    expect(heard.map(({ status }) => status)).toEqual([200, 200, 200, 403, 401, 200])
    for (const { headers } of heard) {
      expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['private, no-store', 'Authorization'])
    }
  })

  it('TR22: refuses pages of other sites, whatever token they have', async () => {
    const { send, sign, ran } = await createNotes()
    const token = await sign({ scope: 'notes:read' })
    const heard = await send(...call('search'), { token, headers: { origin: 'https://evil.example.com' } })
    expect(heard.status).toBe(403)
    expectNothingLeaked(heard, ran)
  })

  it('tells its operator once of a flood of tokens, however many it turns away', async () => {
    const answers: (() => void)[] = []
    const fetch = (): Promise<Response> =>
      new Promise((resolve) => answers.push(() => resolve(new Response(null, { status: 500 }))))
    const tokens = introspection({
      issuer: ISSUER,
      endpoint: `${ISSUER}/introspect`,
      clientId: 'c',
      clientSecret: 's',
      fetch,
    })
    const { send, logged, ran } = await createNotes({ auth: { issuer: undefined, tokens } })
    const flood = Array.from({ length: 300 }, (_, at) => send(...call('search'), { token: `t${at}` }))
    await expect.poll(() => logged.length).toBeGreaterThan(0)
    for (const answer of answers) answer()
    const heard = await Promise.all(flood)
    expect(heard.every(({ status }) => status === 503)).toBe(true)
    expect(ran).toEqual([])
    expect(logged).toHaveLength(1)
  })

  it('TR23: answers 503 when its issuer cannot be asked, says when to ask again, and tells its operator why', async () => {
    const fetch = () => Promise.reject(new Error('ECONNREFUSED canary'))
    const live = introspection({ issuer: ISSUER, clientId: 'notes', clientSecret: 'canary', fetch })
    const { send, sign, ran, logged } = await createNotes({ auth: { issuer: ISSUER, live, fetch } })
    const heard = await send(...call('search'), { token: await sign({ scope: 'notes:read' }) })
    expect(heard).toMatchObject({ status: 503, challenge: null })
    expect(heard.headers.get('retry-after')).toBe('2')
    expectNothingLeaked(heard, ran)
    await send(...call('search'), { token: await sign({ scope: 'notes:read', jti: '2' }) })
    expect(logged).toMatchObject([{ level: 'error', message: 'Nobody can be signed in now.' }])
  })

  it('TR28: goes by who the issuer says the program is, not by what it calls itself', async () => {
    const { send, sign } = await createNotes()
    expect((await send(...call('whoami'), { token: await sign() })).text).toContain('ada in editor')
  })
})
