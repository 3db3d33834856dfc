import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'hawser'
import { auditEvents, memoryAudit, summarizeAudit, verifyAudit } from 'hawser/audit'
import { openAudit } from 'hawser/node'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'guide-audit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

it('keeps account of what was done', async () => {
  const path = join(createFolder(), 'audit.jsonl')
  vi.stubEnv('AUDIT_FILE', path)
  vi.stubEnv('AUDIT_KEY', 'k'.repeat(48))
  const { default: server } = await import('./audited.ts')
  const client = await connect(server, { as: { subject: 'ada', scopes: ['notes:write', 'notes:share'] } })
  expect(await client.tools.search({ word: 'tide' })).toBe('tides')
  expect(await client.tools.save({ id: 'secret', text: 'Only a hash of this is kept.' })).toBe('Saved secret.')
  await server.close()
  const text = readFileSync(path, 'utf8')
  expect(text).toContain('"argsRedacted":{"word":"tide"}')
  expect(text).not.toContain('Only a hash')
  expect(await summarizeAudit(await openAudit(path))).toMatchObject({
    used: [{ scope: 'notes:write', calls: 2, items: ['search', 'save'] }],
    unused: [{ scope: 'notes:share' }],
  })
  expect(await verifyAudit(await openAudit(path), { key: 'k'.repeat(48) })).toMatchObject({ ok: true, records: 3 })
})

it('takes what a login server tells', async () => {
  const sink = memoryAudit()
  const key = 'k'.repeat(48)
  // #region events
  const events = auditEvents({ sink, key, issuer: 'https://login.example.com', mode: 'required' })
  // #endregion
  await events({ type: 'consent.approved', subject: 'ada', clientId: 'app', scopes: ['notes:read'] })
  expect(await summarizeAudit(sink)).toMatchObject({
    consents: [{ who: 'ada', client: 'app', scopes: ['notes:read'] }],
  })
})

it('uses an account of its caller, renewed when it ends', async () => {
  vi.stubEnv('VAULT_FILE', join(createFolder(), 'vault.db'))
  vi.stubEnv('VAULT_KEY', 'k'.repeat(48))
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (url.endsWith('/token')) {
      asked.push(`token ${await new Response(init.body).text()}`)
      return Response.json({ access_token: 'second', expires_in: 3600 })
    }
    asked.push(`count ${new Headers(init.headers).get('authorization')}`)
    return new Response('7')
  })
  const { accounts, default: server } = await import('./connected.ts')
  const client = await connect(server, { as: { subject: 'ada' } })
  await expect(client.tools.count()).rejects.toThrow('Connect your account first')
  const ada = accounts.of({ subject: 'ada', scopes: new Set() })
  await ada.put('github', { accessToken: 'first', refreshToken: 'again', expiresAt: Date.now() })
  expect(await client.tools.count()).toBe('7')
  expect(asked).toEqual(['token grant_type=refresh_token&refresh_token=again', 'count Bearer second'])
})
