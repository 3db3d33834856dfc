import { createOAuth, devLogin, memoryStore } from '@hawser/oauth'
import { expect, it, vi } from 'vitest'
import { takeBack } from './operator.ts'

it('ends what one application may do for one person', async () => {
  const store = memoryStore()
  const oauth = createOAuth({
    issuer: 'http://localhost:3000',
    store,
    resources: [{ resource: 'http://localhost:3000/mcp', title: 'Notes', scopes: { 'notes:read': 'Read your notes' } }],
    login: devLogin(),
  })
  const expiresAt = Date.now() + 60_000
  for (const [id, subject] of [
    ['1', 'ada'],
    ['2', 'bob'],
  ] as const) {
    await store.addGrant(
      {
        id,
        subject,
        clientId: 'editor',
        kind: 'user',
        tenant: undefined,
        resource: 'http://localhost:3000/mcp',
        scopes: ['notes:read'],
        createdAt: Date.now(),
        expiresAt,
      },
      undefined,
      Date.now(),
    )
  }
  const print = vi.spyOn(console, 'log').mockImplementation(() => {})
  expect(await takeBack(oauth, 'ada', 'editor')).toBe(1)
  expect(print.mock.calls).toEqual([['editor', 'http://localhost:3000/mcp', 'notes:read']])
  expect(await oauth.grants.list({ subject: 'ada', kind: 'user' })).toEqual([])
  expect(await oauth.grants.list({ subject: 'bob', kind: 'user' })).toHaveLength(1)
})
