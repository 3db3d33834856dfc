import { createMcpHandler, OAuthError, OAuthErrorCode, requireBearerAuth } from '@modelcontextprotocol/server'
import { echo } from '../../tools/echo.ts'
import { createVerify } from '../../tools/verify-token.ts'
import type { Guard } from '../contract.ts'
import { factoryOf } from './factory.ts'

export const guard: Guard = (issuer) => {
  const verify = createVerify(issuer)
  const gate = requireBearerAuth({
    requiredScopes: [issuer.scope],
    expectedResource: new URL(issuer.resource),
    verifier: {
      verifyAccessToken: async (token) => {
        const { scopes, clientId, expiresAt, resource } = await verify(token).catch((cause: unknown) => {
          throw new OAuthError(OAuthErrorCode.InvalidToken, String(cause))
        })
        return { token, clientId, scopes, expiresAt, resource: new URL(resource) }
      },
    },
  })
  const { fetch: open } = createMcpHandler(factoryOf([echo]))
  return {
    open,
    guarded: async (request) => {
      const authInfo = await gate(request)
      return authInfo instanceof Response ? authInfo : open(request, { authInfo })
    },
  }
}
