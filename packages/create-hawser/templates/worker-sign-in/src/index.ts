/// <reference types="node" />
import { createOAuth, devLogin } from '@hawser/oauth'
import { durableStore, publicDocuments } from '@hawser/oauth/cloudflare'
import { upstreamLogin } from '@hawser/oauth/upstream'
import { mcp } from 'hawser'
import { protectedResource } from 'hawser/auth'
import { worker } from 'hawser/cloudflare'
import * as z from 'zod'

export { OAuthObject } from '@hawser/oauth/cloudflare'

const { env } = process
const issuer = env.ORIGIN ?? 'http://127.0.0.1:8787'
const resource = `${issuer}/mcp`
const scopes = {
  'handbook:read': { title: 'Read the handbook', risk: 'low', baseline: true },
  'people:read': { title: 'Look up colleagues and how to reach them', risk: 'high' },
} as const
const provider = {
  name: 'Example Ltd',
  issuer: env.OIDC_ISSUER ?? '',
  clientId: env.OIDC_CLIENT_ID ?? '',
  clientSecret: env.OIDC_CLIENT_SECRET,
}

const oauth = createOAuth({
  issuer,
  secret: env.OAUTH_SECRET,
  store: durableStore({ binding: 'OAUTH' }),
  resources: [{ resource, title: 'Handbook', scopes }],
  operator: 'Example Ltd',
  // devLogin takes any name without a password, and refuses to start with an issuer that others can reach.
  login: provider.issuer ? upstreamLogin(provider) : devLogin(),
  clientDocuments: { fetch: publicDocuments() },
  registration: true,
  clientAddress: (request) => request.headers.get('cf-connecting-ip') ?? undefined,
})

const handbook = mcp({
  name: 'my-server',
  version: '0.1.0',
  title: 'Handbook',
  instructions: 'Knows how we work. Search the handbook before you look for a colleague.',
  auth: protectedResource({ resource, issuer: oauth }),
  scopes,
})

const pages = [
  { title: 'Holidays', text: 'Thirty days a year. Tell your team two weeks ahead.' },
  { title: 'Expenses', text: 'Send receipts within the month. Above 500 euros, ask first.' },
]
const people = [{ name: 'Grace Hopper', role: 'Expenses', mail: 'grace@example.com' }]
const text = z.string().min(2).max(50)
const holds = (value: object, part: string) => JSON.stringify(value).toLowerCase().includes(part.toLowerCase())

const search_handbook = handbook.tool({
  description: 'Find pages of the handbook by a word in them. Returns at most 5, in full.',
  effect: 'read',
  scopes: ['handbook:read'],
  input: z.object({ word: text.describe('e.g. "holidays"') }),
  output: z.object({ pages: z.array(z.object({ title: z.string(), text: z.string() })) }),
  run: ({ word }) => ({ pages: pages.filter((page) => holds(page, word)).slice(0, 5) }),
})

const find_colleague = handbook.tool({
  description: 'Find colleagues by a part of their name or role. Returns at most 5, with role and mail address.',
  effect: 'read',
  scopes: ['people:read'],
  input: z.object({ word: text.describe('e.g. "expenses"') }),
  output: z.object({ people: z.array(z.object({ name: z.string(), role: z.string(), mail: z.string() })) }),
  run: ({ word }) => ({ people: people.filter((person) => holds(person, word)).slice(0, 5) }),
})

export default worker(handbook.server({ tools: { search_handbook, find_colleague } }), { beside: oauth })
