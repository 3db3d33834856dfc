import { createOAuth } from '@hawser/oauth'
import { durableStore, OAuthObject } from '@hawser/oauth/cloudflare'

const oauth = createOAuth({
  issuer: 'https://login.example.com',
  secret: 'a secret of at least thirty-two characters',
  store: durableStore({ binding: 'OAUTH' }),
  resources: [
    { resource: 'https://notes.example.com/mcp', title: 'Notes', scopes: { 'notes:read': 'Read your notes' } },
  ],
  login: () => ({ userId: 'ada' }),
})

export { OAuthObject }
export default { fetch: (request: Request): Promise<Response> => oauth.fetch(request) }
