import { describe, expect, it } from 'vitest'
import { ISSUER, RESOURCE } from '../auth/fixtures/issuer.ts'
import { createNotes } from '../auth/fixtures/notes.ts'
import { audit, memoryAudit } from './index.ts'
import { KEY } from './fixtures/record.ts'

/** A protected server at the end of `fetch`, of which account is kept. */
async function createAudited() {
  const sink = memoryAudit()
  const notes = await createNotes({ use: [audit({ sink, key: KEY, resource: RESOURCE })] })
  const call = async (name: string, token?: string, url?: string) =>
    (await notes.send('tools/call', { name, arguments: {} }, { token, url })).status
  const written = async () => {
    await notes.server.close()
    return sink.events()
  }
  return { ...notes, call, written, sink }
}

describe('the audit of a protected server', () => {
  it('TR28: has the client that the issuer proved, and what it calls itself as no more than that', async () => {
    const { sign, call, written, sink } = await createAudited()
    const token = await sign({ scope: 'notes:read' })
    expect(await call('search', token)).toBe(200)
    expect((await written())[0]).toMatchObject({
      who: { sub: 'ada', iss: ISSUER, kind: 'user' },
      client: { id: 'editor', kind: 'pre', info: { name: 'admin-console', version: '9' } },
      via: { resource: RESOURCE, transport: 'http' },
      scope: { required: ['notes:read'], granted: ['notes:read'], used: ['notes:read'] },
    })
    for (const part of token.split('.')) expect(sink.lines().join('\n')).not.toContain(part)
  })

  it('TR2: has requests that were refused by their heads, and nothing of what they carried', async () => {
    const { sign, now, call, written, sink } = await createAudited()
    const token = await sign({ scope: 'notes:read' })
    const expired = await sign({ scope: 'notes:read', exp: now() - 3600 })
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
    const { sign, call, written, live } = await createAudited()
    expect(await call('wipe', await sign({ scope: 'notes:read' }))).toBe(403)
    live.clear()
    expect(await call('wipe', await sign({ scope: 'notes:wipe', gid: 'g1' }))).toBe(401)
    expect(
      (await written()).flatMap(({ decision, scope }) => (decision ? [[decision, scope.missing]] : [])),
    ).toMatchObject([
      [{ effect: 'challenge', reason: 'scope' }, ['notes:wipe']],
      [{ effect: 'challenge', reason: 'revoked' }, []],
    ])
  })
})
