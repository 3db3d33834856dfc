import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOAuth, memoryStore } from '@hawser/oauth'
import { sqliteStore } from '@hawser/oauth/node'
import type { OpenIssuer } from '../contract.ts'

export const openIssuer: OpenIssuer = async ({ store, redirectUri, resource, scopes }) => {
  const issuer = 'https://login.example.com'
  const folder = mkdtempSync(join(tmpdir(), 'hawser-bench-'))
  let people = 0
  const oauth = createOAuth({
    issuer,
    secret: 'a secret of this bench that nobody has to keep',
    store: store === 'memory' ? memoryStore() : sqliteStore(join(folder, 'oauth.db')),
    resources: [{ resource, title: 'Bench', scopes: Object.fromEntries(scopes.map((scope) => [scope, scope])) }],
    clients: [{ clientId: 'bench', name: 'Bench', redirectUris: [redirectUri] }],
    front: ({ approve }) => ({
      consent: ({ transaction }) => approve(transaction, { user: { userId: `person-${(people += 1)}` } }),
      routes: new Map(),
      clients: [],
      metadata: {},
    }),
  })
  return { issuer, tokenPath: '/token', clientId: 'bench', fetch: oauth.fetch }
}
