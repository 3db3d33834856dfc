import { mcp } from 'hawser'
import { protectedResource } from 'hawser/auth'
import { echo } from '../../tools/echo.ts'
import type { Guard, Issuer } from '../contract.ts'
import { serverOf } from './server.ts'

export const guardedBy = ({ issuer, resource, scope, keys }: Issuer) => {
  const { tool, server } = mcp({
    name: 'bench',
    version: '1.0.0',
    auth: protectedResource({ resource, issuer: { issuer, jwks: () => ({ keys }) }, algorithms: ['ES256', 'RS256'] }),
    scopes: { [scope]: { title: 'Hear an echo', baseline: true } },
  })
  const { description, input, run } = echo
  return server({ tools: { echo: tool({ description, effect: 'read', scopes: [scope], input, run }) } })
}

export const guard: Guard = (issuer) => {
  const guarded = guardedBy(issuer)
  const open = serverOf([echo])
  return { open: (request) => open.fetch(request), guarded: (request) => guarded.fetch(request) }
}
