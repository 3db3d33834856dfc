import { describe, expect, it } from 'vitest'
import { auditEvents, memoryAudit, summarizeAudit, verifyAudit } from './index.ts'
import { KEY } from './fixtures/record.ts'

const issuer = 'https://login.example.com'
const resource = 'https://notes.example.com/mcp'

describe('what an authorization server tells', () => {
  it('is kept in the words of the log, in the chain of its tenant', async () => {
    const sink = memoryAudit()
    const tell = auditEvents({ sink, key: KEY, issuer })
    const at = Date.UTC(2026, 10, 20)
    const given = { at, subject: 'ada', clientId: 'https://app.example.com/c.json', resource, grantId: 'g-1' }
    await tell({ ...given, type: 'consent.approved', requested: ['notes:read', 'notes:write'], scopes: ['notes:read'] })
    await tell({ ...given, type: 'token.refresh_reuse', reason: 'reused' })
    await tell({ ...given, type: 'client.changed', subject: undefined })
    await tell({
      ...given,
      type: 'token.issued',
      clientId: 'job',
      subject: 'job',
      grantType: 'client_credentials',
      tenant: 'acme',
    })
    await tell({ type: 'token.refused', clientId: 'job', clientKind: 'dcr' })
    await tell.close()
    expect(sink.events()).toMatchObject([
      {
        type: 'consent.approved',
        ts: '2026-11-20T00:00:00.000Z',
        seq: 1,
        tenant: 'default',
        who: { sub: 'ada', iss: issuer, kind: 'user' },
        client: { id: 'https://app.example.com/c.json', kind: 'cimd', host: 'app.example.com' },
        via: { resource, transport: 'http', grant: 'g-1' },
        op: { kind: 'auth', name: 'consent.approved', risk: 'high' },
        scope: { required: ['notes:read', 'notes:write'], granted: ['notes:read'], used: [], missing: ['notes:write'] },
        decision: { effect: 'allow', reason: 'ok' },
      },
      { type: 'token.refresh_reuse', op: { risk: 'critical' }, decision: { effect: 'deny', rule: 'reused' } },
      { type: 'client.cimd_changed', who: { kind: 'anonymous' } },
      { type: 'token.issued', tenant: 'acme', seq: 1, who: { sub: 'job', kind: 'service' } },
      {
        type: 'admin.token.refused',
        op: { name: 'token.refused' },
        client: { kind: 'dcr' },
        via: { resource: issuer },
      },
    ])
    expect((await verifyAudit(sink, { key: KEY })).ok).toBe(true)
  })

  it('has names of clients that cannot mislead, and none of which nobody says who vouches for it', async () => {
    const sink = memoryAudit()
    const tell = auditEvents({ sink, key: KEY, issuer })
    const names = ['Edi\u202Etor\u0007\n', ' \u200b', 'n'.repeat(5000), '👩‍🚀'.repeat(99)]
    for (const clientName of names)
      await tell({ type: 'consent.shown', clientKind: 'dcr', clientId: 'self-1', clientName })
    await tell({ type: 'consent.shown', clientId: 'self-1', clientName: 'Editor' })
    await tell.close()
    const kept = sink.events().map(({ client }) => client.name)
    expect(kept).toEqual(['Editor', undefined, 'n'.repeat(60), '👩🚀'.repeat(15), undefined])
  })

  it('names the clients of calls, wherever in the log it is told, and no more clients than it has room for', async () => {
    const sink = memoryAudit()
    const tell = auditEvents({ sink, key: KEY, issuer })
    const given = { clientKind: 'dcr', subject: 'ada', scopes: ['notes:read'] } as const
    for (let at = 0; at < 9; at++) {
      await tell({ type: 'client.registered', clientId: `self-${at}`, clientKind: 'dcr', clientName: 'Filler' })
    }
    await tell({ type: 'token.issued', ...given, clientKind: undefined, clientId: 'self-9' })
    for (const clientId of ['self-9', 'self-8'])
      await tell({ type: 'consent.approved', ...given, clientId, clientName: 'Editor' })
    await tell({ type: 'grant.revoked', ...given, clientId: 'self-8', clientName: 'Editor', reason: 'client' })
    await tell.close()
    const { consents, unused } = await summarizeAudit(sink)
    expect(consents).toMatchObject([
      { client: 'self-9', clientKind: 'dcr', clientName: 'Editor' },
      { client: 'self-8', clientKind: 'dcr', clientName: 'Editor' },
      { client: 'self-8', type: 'grant.revoked', reason: 'client', scopes: ['notes:read'] },
    ])
    expect(unused).toMatchObject([{ client: 'self-9', clientName: 'Editor' }])
    const small = await summarizeAudit(sink, { maxRows: 1 })
    expect(small.consents).toMatchObject([{ client: 'self-9', clientName: 'Editor' }])
  })

  it('TA48: is kept without whatever else it carries', async () => {
    const sink = memoryAudit()
    const tell = auditEvents({ sink, key: KEY })
    const event = {
      type: 'token.issued',
      subject: 'ada',
      accessToken: 'canary-1',
      code: 'canary-2',
      tokenId: 'canary-3',
    }
    await tell(event)
    await tell.close()
    expect(sink.events()).toHaveLength(1)
    expect(sink.lines().join('\n')).not.toContain('canary')
  })

  it('is on record before the promise resolves, and rejects when it cannot be, if that is required', async () => {
    const sink = memoryAudit({ maxRecords: 1 })
    const tell = auditEvents({ sink, key: KEY, mode: 'required', log: () => {} })
    await tell({ type: 'consent.approved', subject: 'ada' })
    expect(sink.events()).toHaveLength(1)
    await expect(tell({ type: 'token.issued', subject: 'ada' })).rejects.toThrow('do not fit')
  })

  it('takes what strangers are refused for one record and a number, however often it happens', async () => {
    const sink = memoryAudit()
    const tell = auditEvents({ sink, key: KEY, issuer, mode: 'required' })
    for (let at = 0; at < 2_000; at++)
      await tell({ type: 'token.refused', clientId: `self-${at}`, reason: 'unknown_code' })
    for (let at = 0; at < 3; at++) await tell({ type: 'token.refused', subject: 'ada', grantId: 'g-1' })
    await tell({ type: 'client.refused', reason: 'unknown_client' })
    await tell.close()
    const names = sink.events().map(({ op, who }) => [op?.name, who.kind])
    expect(names).toEqual([
      ['token.refused', 'anonymous'],
      ...Array.from({ length: 3 }, () => ['token.refused', 'user']),
      ['client.refused', 'anonymous'],
      ['token.refused, 1999 more', 'anonymous'],
    ])
  })
})
