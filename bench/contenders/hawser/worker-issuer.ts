import { createOAuth } from '@hawser/oauth'
import { durableStore } from '@hawser/oauth/cloudflare'
import { atIssuer, CLIENT, ISSUER, REDIRECT_URI, RESOURCE, SCOPES } from '../../wire/issuing.ts'

export { OAuthObject } from '@hawser/oauth/cloudflare'

const oauth = createOAuth({
  issuer: ISSUER,
  secret: 'a secret of this bench that nobody has to keep',
  store: durableStore({ binding: 'OAUTH', shards: 1 }),
  resources: [
    { resource: RESOURCE, title: 'Bench', scopes: Object.fromEntries(SCOPES.map((scope) => [scope, scope])) },
  ],
  clients: [{ clientId: CLIENT, name: 'Bench', redirectUris: [REDIRECT_URI] }],
  front: ({ approve }) => ({
    consent: ({ transaction }) => approve(transaction, { user: { userId: crypto.randomUUID() } }),
    routes: new Map(),
    clients: [],
    metadata: {},
  }),
})

export default {
  fetch: (request: Request): Response | Promise<Response> =>
    new URL(request.url).pathname === '/client' ? new Response(CLIENT) : oauth.fetch(atIssuer(request)),
}
