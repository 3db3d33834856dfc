import { OAuthAuthorizationServer } from '@cloudflare/workers-oauth-provider'
import type { OpenIssuer } from '../contract.ts'

/** Workers KV as a map in this process, without the network that it is in truth. */
const createKv = () => {
  const entries = new Map<string, string>()
  return {
    get: async (key: string, options?: { readonly type?: string }) => {
      const text = entries.get(key)
      return text !== undefined && options?.type === 'json' ? JSON.parse(text) : (text ?? null)
    },
    put: async (key: string, value: string) => void entries.set(key, value),
    delete: async (key: string) => void entries.delete(key),
    list: async ({ prefix = '' }: { readonly prefix?: string }) => ({
      keys: [...entries.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name })),
      list_complete: true,
    }),
  }
}

export const openIssuer: OpenIssuer = async ({ store, redirectUri, resource, scopes }) => {
  if (store === 'disk') return undefined
  const issuer = 'https://login.example.com'
  const server = new OAuthAuthorizationServer({
    issuer,
    resources: [resource],
    scopesSupported: [...scopes, 'offline_access'],
  })
  const env = { OAUTH_KV: createKv() }
  const ctx = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} }
  const api = server.getOAuthApi(env)
  const { clientId } = await api.createClient({
    clientName: 'bench',
    redirectUris: [redirectUri],
    tokenEndpointAuthMethod: 'none',
  })
  let people = 0
  return {
    issuer,
    tokenPath: '/oauth/token',
    clientId,
    fetch: async (request) => {
      if (new URL(request.url).pathname !== '/authorize') return server.fetch(request, env, ctx)
      const asked = await api.parseAuthRequest(request)
      // Granting without a search for earlier grants, which would go through the whole map each time.
      const { redirectTo } = await api.completeAuthorization({
        request: asked,
        userId: `person-${(people += 1)}`,
        metadata: {},
        scope: asked.scope,
        props: {},
        revokeExistingGrants: false,
      })
      return new Response(null, { status: 303, headers: { location: redirectTo } })
    },
  }
}
