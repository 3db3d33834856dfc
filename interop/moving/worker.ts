import { createOAuth, devLogin } from '@hawser/oauth'
import { durableStore, publicDocuments } from '@hawser/oauth/cloudflare'
import { mcp } from 'hawser'
import { protectedResource } from 'hawser/auth'
import { worker } from 'hawser/cloudflare'
import { env } from 'cloudflare:workers'
import * as z from 'zod'

export { OAuthObject } from '@hawser/oauth/cloudflare'

const issuer = String(env['ORIGIN'])
const resource = `${issuer}/mcp`
const scopes = { 'notes:write': { title: 'Write your notes', risk: 'low', baseline: true } } as const

const oauth = createOAuth({
  issuer,
  secret: String(env['OAUTH_SECRET']),
  store: durableStore({ binding: 'OAUTH' }),
  resources: [{ resource, title: 'Notes', scopes }],
  operator: 'Example Ltd',
  login: devLogin(), // upstreamLogin or githubLogin of @hawser/oauth/upstream where others come
  clientDocuments: { fetch: publicDocuments() },
  registration: true,
})

const notes = mcp({ name: 'notes', version: '1.0.0', auth: protectedResource({ resource, issuer: oauth }), scopes })
const { tool } = notes.bindings<{ DB: Database }>()

/** What is used of D1; `wrangler types` writes all of it. */
interface Database {
  prepare(query: string): { bind(...values: unknown[]): { first<T>(column: string): Promise<T | null> } }
}

const save = tool({
  description: 'Save a note.',
  effect: 'write',
  scopes: ['notes:write'],
  bindings: ['DB'], // this tool finds DB, and nothing else of `env`
  input: z.object({ text: z.string() }),
  output: z.object({ id: z.number().nullable() }),
  run: async ({ text }, { bindings, principal }) => {
    const insert = bindings.DB.prepare('INSERT INTO notes (owner, text) VALUES (?, ?) RETURNING rowid AS id')
    return { id: await insert.bind(principal?.subject, text).first<number>('id') }
  },
})

export default worker(notes.server({ tools: { save } }), { beside: oauth })
