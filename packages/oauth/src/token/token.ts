import { answerJson } from '../answer.ts'
import { authenticateClient } from '../authenticate-client.ts'
import type { GrantType } from '../client.ts'
import { invalidRequest, OAuthError } from '../oauth-error.ts'
import { readForm } from '../parameters.ts'
import { keepClient } from '../register/registration.ts'
import { redeemCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import type { GrantHandler, TokenCore } from './grant.ts'
import { createIdentityAssertion, JWT_BEARER, type TrustedIssuer } from './identity-assertion.ts'
import { refreshToken } from './refresh.ts'

export type GrantHandlers = ReadonlyMap<string, GrantHandler>

/** The grants that this server knows; what is not here is not in its metadata either. */
export function createGrants(issuers: readonly TrustedIssuer[]): GrantHandlers {
  const grants: [GrantType, GrantHandler][] = [
    ['authorization_code', redeemCode],
    ['refresh_token', refreshToken],
    ['client_credentials', clientCredentials],
  ]
  if (issuers.length > 0) grants.push([JWT_BEARER, createIdentityAssertion(issuers)])
  return new Map(grants)
}

export const createToken =
  (core: TokenCore, grants: GrantHandlers) =>
  async (request: Request): Promise<Response> => {
    const form = await readForm(request)
    const client = await authenticateClient(core, request, form)
    const type = form.get('grant_type')
    if (type === undefined) throw invalidRequest('grant_type is missing.')
    const handler = grants.get(type)
    if (!handler) throw new OAuthError('unsupported_grant_type', 'This server does not know the grant_type.')
    if (!client.grants.some((grant) => grant === type)) {
      throw new OAuthError('unauthorized_client', 'This client is not registered for the grant_type.')
    }
    const response = await handler(core, client, form)
    if (client.kind === 'dynamic') await keepClient(core, client)
    return answerJson(response)
  }
