import { afterEach, describe, expect, it } from 'vitest'
import { type Listener, listen } from '../node/index.ts'
import { RESOURCE } from './fixtures/issuer.ts'
import { createNotes, hear } from './fixtures/notes.ts'

const NOBODY = /^Bearer scope="notes:read", resource_metadata="https:\/\/notes/

let listener: Listener | undefined
afterEach(async () => {
  await listener?.close()
  listener = undefined
})

/** The server on a port, with sessions, as older clients want it. */
async function open() {
  const notes = await createNotes()
  listener = await listen(notes.server, { port: 0, sse: '/sse', closeTimeoutMs: 50 })
  const { url } = listener
  const post = async (
    body: unknown,
    token: string | undefined,
    headers: Readonly<Record<string, string | undefined>> = {},
  ) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(headers as Readonly<Record<string, string>>),
      },
      body: JSON.stringify(body),
    })
    return { session: response.headers.get('mcp-session-id'), ...(await hear(response)) }
  }
  const initialize = (token: string | undefined, protocolVersion = '2025-06-18') => post(hello(protocolVersion), token)
  return { ...notes, url, post, initialize }
}

const hello = (protocolVersion: string) => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'old', version: '1' } },
})

const callTool = (id: number, name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})

describe('a protected server and clients of earlier revisions', () => {
  // spec: past-challenge
  it('TR1: are told where to sign in before they open a session', async () => {
    const { initialize, url } = await open()
    const heard = await initialize(undefined)
    expect(heard).toMatchObject({ status: 401, session: null, challenge: expect.stringMatching(NOBODY) })
    const stream = await fetch(url, { headers: { accept: 'text/event-stream' } })
    expect(stream.status).toBe(401)
    expect(stream.headers.get('www-authenticate')).toMatch(NOBODY)
  })

  it('TR8: are told what their token lacks, in a session and without one', async () => {
    const { initialize, post, sign, ran } = await open()
    const token = await sign({ scope: 'notes:read' })
    const { session } = await initialize(token)
    for (const headers of [{ 'mcp-session-id': session! }, { 'mcp-protocol-version': '2025-06-18' }]) {
      const heard = await post(callTool(1, 'save', { text: 'canary' }), token, headers)
      expect(heard.status).toBe(403)
      expect(heard.headers.get('cache-control')).toBe('private, no-store')
      expect(heard.challenge).toMatch(
        /^Bearer error="insufficient_scope", scope="notes:write notes:share", resource_meta/,
      )
      expect(heard.text).not.toContain('canary')
    }
    expect(ran).toEqual([])
  })

  it('TR10: have a batch run as a whole or not at all', async () => {
    const { initialize, post, sign, ran } = await open()
    const token = await sign({ scope: 'notes:read' })
    const { session } = await initialize(token, '2025-03-26')
    const batch = [callTool(1, 'search'), callTool(2, 'save', { text: 'x' }), callTool(3, 'put', { shared: false })]
    for (const headers of [{ 'mcp-session-id': session! }, { 'mcp-protocol-version': '2025-03-26' }]) {
      const heard = await post(batch, token, headers)
      expect(heard.status).toBe(403)
      expect(heard.challenge).toContain('scope="notes:write notes:share", resource_metadata=')
      expect(ran).toEqual([])
    }
    const all = await post(batch, await sign({ scope: 'notes:write notes:share' }), {
      'mcp-protocol-version': '2025-03-26',
    })
    expect(all.status).toBe(200)
    expect(ran.toSorted()).toEqual(['put', 'save', 'search'])
  })

  it.each([
    ['another user', { sub: 'eve' }],
    ['the same user in another program', { client_id: 'other' }],
  ])('TR18: find no session of somebody else: %s', async (_, claims) => {
    const { initialize, post, sign, url } = await open()
    const { session } = await initialize(await sign({ scope: 'notes:read' }))
    const headers = { 'mcp-session-id': session! }
    const other = await sign({ scope: 'notes:read', ...claims })
    expect(await post(callTool(1, 'search'), other, headers)).toMatchObject({ status: 404 })
    expect(await post(callTool(1, 'search'), undefined, headers)).toMatchObject({ status: 401 })
    const end = { method: 'DELETE', headers: { ...headers, authorization: `Bearer ${other}` } }
    expect((await fetch(url, end)).status).toBe(404)
    // A new token of the same grant goes on.
    const renewed = await sign({ scope: 'notes:read', jti: 'new' })
    expect(await post(callTool(1, 'search'), renewed, headers)).toMatchObject({ status: 200 })
  })

  it('TR18: post to no stream of somebody else', async () => {
    const { sign, url, ran } = await open()
    const token = await sign({ scope: 'notes:read' })
    const sse = url.replace('/mcp', '/sse')
    expect((await fetch(sse)).status).toBe(401)
    const leaving = new AbortController()
    const stream = await fetch(sse, { headers: { authorization: `Bearer ${token}` }, signal: leaving.signal })
    const reader = stream.body!.getReader()
    const first = new TextDecoder().decode((await reader.read()).value)
    const address = new URL(/data: (\S+)/.exec(first)![1]!, url)
    const send = async (who: string | undefined) =>
      fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(who !== undefined && { authorization: `Bearer ${who}` }),
        },
        body: JSON.stringify(hello('2024-11-05')),
      })
    expect((await send(await sign({ scope: 'notes:read', sub: 'eve' }))).status).toBe(404)
    expect((await send(undefined)).status).toBe(401)
    expect(ran).toEqual([])
    expect((await send(token)).status).toBe(202)
    leaving.abort()
  })

  it('TR21: find the description of the resource beside the endpoint of a listener', async () => {
    const { url } = await open()
    const { origin } = new URL(url)
    for (const path of ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource']) {
      expect(await (await fetch(origin + path)).json()).toMatchObject({ resource: RESOURCE })
      const head = await fetch(origin + path, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
      expect((await fetch(origin + path, { method: 'OPTIONS' })).status).toBe(204)
      expect((await fetch(origin + path, { method: 'POST', body: 'x' })).status).toBe(405)
    }
    expect((await fetch(`${origin}/.well-known/oauth-protected-resource/other`)).status).toBe(404)
  })
})
