import { echo } from '../../tools/echo.ts'
import { createVerify } from '../../tools/verify-token.ts'
import type { Guard } from '../contract.ts'
import { open as serve } from './inproc.ts'

export const guard: Guard = (issuer) => {
  const verify = createVerify(issuer)
  const open = serve([echo])
  return {
    open,
    guarded: async (request) => {
      const [, token] = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '') ?? []
      if (token === undefined) return new Response(null, { status: 401 })
      const { scopes } = await verify(token)
      return scopes.includes(issuer.scope) ? open(request) : new Response(null, { status: 403 })
    },
  }
}
