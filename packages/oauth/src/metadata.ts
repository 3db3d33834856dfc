import { CLIENT_AUTHENTICATIONS } from './authenticate-client.ts'
import { ASSERTION_ALGORITHMS } from './client-assertion.ts'
import type { Core } from './core.ts'
import { ID_JAG_PROFILE, JWT_BEARER } from './token/identity-assertion.ts'
import type { GrantHandlers } from './token/token.ts'

/** What the server can, for clients to read: made once, of configuration alone. (RFC 8414 section 2) */
export function createMetadata(
  core: Core,
  grants: GrantHandlers,
  hasIntrospection: boolean,
  more: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { issuer, url, resources } = core
  const confidential = CLIENT_AUTHENTICATIONS.filter((method) => method !== 'none')
  return {
    issuer,
    authorization_endpoint: url('/authorize'),
    token_endpoint: url('/token'),
    jwks_uri: url('/jwks'),
    scopes_supported: [...new Set(resources.all.flatMap(({ scopes }) => [...scopes.keys()]))],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: [...grants.keys()],
    ...(grants.has(JWT_BEARER) && { authorization_grant_profiles_supported: [ID_JAG_PROFILE] }),
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATIONS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint: url('/revoke'),
    revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATIONS,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    ...(hasIntrospection && {
      introspection_endpoint: url('/introspect'),
      introspection_endpoint_auth_methods_supported: confidential.slice(0, 1),
    }),
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    protected_resources: resources.all.map(({ resource }) => resource),
    ...more,
  }
}
