import { OAuthAuthorizationServer } from '@cloudflare/workers-oauth-provider'
import { atIssuer, CLIENT, ISSUER, REDIRECT_URI, RESOURCE, SCOPES } from '../../wire/issuing.ts'

interface Env {
  readonly OAUTH_KV: unknown
}

const server = new OAuthAuthorizationServer<Env>({
  issuer: ISSUER,
  resources: [RESOURCE],
  scopesSupported: [...SCOPES, 'offline_access'],
})

/** The person says yes at once. */
const authorize = async (request: Request, env: Env): Promise<Response> => {
  const api = server.getOAuthApi(env)
  const asked = await api.parseAuthRequest(request)
  // Granting without a search for earlier grants, which would go through the whole namespace each time.
  const { redirectTo } = await api.completeAuthorization({
    request: asked,
    userId: crypto.randomUUID(),
    metadata: {},
    scope: asked.scope,
    props: {},
    revokeExistingGrants: false,
  })
  return new Response(null, { status: 303, headers: { location: redirectTo } })
}

/** Makes the client, whose id the library chooses. */
const createClient = async (env: Env): Promise<Response> => {
  const { clientId } = await server.getOAuthApi(env).createClient({
    clientName: CLIENT,
    redirectUris: [REDIRECT_URI],
    tokenEndpointAuthMethod: 'none',
  })
  return new Response(clientId)
}

export default {
  fetch: async (request: Request, env: Env, context: Parameters<typeof server.fetch>[2]): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (pathname === '/client') return createClient(env)
    const asked = atIssuer(request)
    return pathname === '/authorize' ? authorize(asked, env) : server.fetch(asked, env, context)
  },
}
