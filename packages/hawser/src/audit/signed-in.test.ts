import { describe, expect, it } from 'vitest'
import { createIssuer, ISSUER, RESOURCE } from '../auth/fixtures/issuer.ts'
import { protectedResource } from '../auth/index.ts'
import { mcp } from '../index.ts'
import { audit, memoryAudit } from './index.ts'
import { KEY } from './fixtures/record.ts'

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'admin-console', version: '9' },
}

/** A protected server at the end of `fetch`, of which account is kept. */
async function createNotes() {
  const issuer = await createIssuer()
  const sink = memoryAudit()
  const keep = audit({ sink, key: KEY, resource: RESOURCE })
  const live = new Set(['g1'])
  const notes = mcp({
    name: 'notes',
    version: '1.0.0',
    auth: protectedResource({
      resource: RESOURCE,
      issuer: { issuer: ISSUER, jwks: () => issuer.jwks, isGrantLive: (id) => live.has(id) },
    }),
    log: () => {},
    scopes: { read: { title: 'Read', risk: 'low' }, wipe: { title: 'Wipe', risk: 'critical', live: true } },
  })
  const tool = (scope: 'read' | 'wipe') =>
    notes.tool({ description: scope, effect: 'write', scopes: [scope], run: () => scope })
  const server = notes.server({ tools: { search: tool('read'), wipe: tool('wipe') }, use: [keep] })
  const call = async (name: string, token?: string, url = RESOURCE) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
    const params = { name, arguments: {}, _meta: META }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    return (await server.fetch(new Request(url, { method: 'POST', headers, body }))).status
  }
  const written = async () => {
    await server.close()
    return sink.events()
  }
  return { issuer, call, written, sink, live }
}

describe('the audit of a protected server', () => {
  it('TR28: has the client that the issuer proved, and what it calls itself as no more than that', async () => {
    const { issuer, call, written, sink } = await createNotes()
    const token = await issuer.sign({ scope: 'read' })
    expect(await call('search', token)).toBe(200)
    expect((await written())[0]).toMatchObject({
      who: { sub: 'ada', iss: ISSUER, kind: 'user' },
      client: { id: 'editor', kind: 'pre', info: { name: 'admin-console', version: '9' } },
      via: { resource: RESOURCE, transport: 'http' },
      scope: { required: ['read'], granted: ['read'], used: ['read'] },
    })
    for (const part of token.split('.')) expect(sink.lines().join('\n')).not.toContain(part)
  })

  it('TR2: has requests that were refused by their heads, and nothing of what they carried', async () => {
    const { issuer, call, written, sink } = await createNotes()
    const token = await issuer.sign({ scope: 'read' })
    const expired = await issuer.sign({ scope: 'read', exp: issuer.now() - 3600 })
    expect(await call('search', undefined, `${RESOURCE}?access_token=${token}`)).toBe(401)
    for (let n = 0; n < 20; n++) expect(await call('search', expired)).toBe(401)
    expect(
      (await written()).map(({ who, op, decision }) => [who.kind, op?.name, decision?.effect, decision?.rule]),
    ).toEqual([
      ['anonymous', 'request', 'challenge', 'missing_token'],
      ['anonymous', 'request', 'challenge', 'invalid_token'],
      ['anonymous', '19 requests', 'challenge', 'invalid_token'],
    ])
    for (const part of [...token.split('.'), ...expired.split('.')]) expect(sink.lines().join('\n')).not.toContain(part)
  })

  it('TR8, TR7: has what was missing, and a grant that was revoked', async () => {
    const { issuer, call, written, live } = await createNotes()
    expect(await call('wipe', await issuer.sign({ scope: 'read' }))).toBe(403)
    live.clear()
    expect(await call('wipe', await issuer.sign({ scope: 'wipe', gid: 'g1' }))).toBe(401)
    expect(
      (await written()).flatMap(({ decision, scope }) => (decision ? [[decision, scope.missing]] : [])),
    ).toMatchObject([
      [{ effect: 'challenge', reason: 'scope' }, ['wipe']],
      [{ effect: 'challenge', reason: 'revoked' }, []],
    ])
  })
})
