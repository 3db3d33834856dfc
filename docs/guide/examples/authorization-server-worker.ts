import { env } from 'cloudflare:workers'
import { createOAuth } from '@hawser/oauth'
import { durableStore, publicDocuments } from '@hawser/oauth/cloudflare'
import { upstreamLogin } from '@hawser/oauth/upstream'

export { OAuthObject } from '@hawser/oauth/cloudflare'

const oauth = createOAuth({
  issuer: 'https://login.example.com',
  secret: String(env['OAUTH_SECRET']), // npx wrangler secret put OAUTH_SECRET
  store: durableStore({ binding: 'OAUTH' }),
  resources: [
    { resource: 'https://notes.example.com/mcp', title: 'Notes', scopes: { 'notes:read': 'Read your notes' } },
  ],
  operator: 'Example Notes',
  login: upstreamLogin({
    name: 'Contoso',
    issuer: 'https://id.contoso.example',
    clientId: 'example-notes',
    clientSecret: String(env['CONTOSO_SECRET']),
  }),
  clientDocuments: { fetch: publicDocuments() },
  clientAddress: (request) => request.headers.get('cf-connecting-ip') ?? undefined,
})

export default { fetch: (request: Request): Promise<Response> => oauth.fetch(request) }
