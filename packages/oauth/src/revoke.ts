import { answerJson } from './answer.ts'
import { authenticateClient } from './authenticate-client.ts'
import { invalidRequest } from './oauth-error.ts'
import { readForm } from './parameters.ts'
import { tellRevoked, type TokenCore } from './token/grant.ts'

/** Ends the grant of a token, whichever token of it: what a person signed out of has no life left. (RFC 7009 section 2.1) */
export const createRevoke =
  (core: TokenCore) =>
  async (request: Request): Promise<Response> => {
    const form = await readForm(request)
    const client = await authenticateClient(core, request, form)
    const token = form.get('token')
    if (token === undefined) throw invalidRequest('token is missing.')
    const grantId = (await core.refreshTokens.read(token))?.grantId ?? (await core.accessTokens.read(token))?.gid
    if (grantId !== undefined) {
      const [grant] = await core.store.revokeGrants({ grantId, clientId: client.id })
      await tellRevoked(core, grant, 'client')
    }
    return answerJson({})
  }
