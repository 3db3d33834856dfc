import { mcp } from 'hawser'
import { protectedResource } from 'hawser/auth'
import { echo } from '../../tools/echo.ts'
import type { Guard } from '../contract.ts'
import { serverOf } from './server.ts'

export const guard: Guard = ({ issuer, resource, scope, keys }) => {
  const { tool, server } = mcp({
    name: 'bench',
    version: '1.0.0',
    auth: protectedResource({ resource, issuer: { issuer, jwks: () => ({ keys }) }, algorithms: ['ES256', 'RS256'] }),
    scopes: { [scope]: { title: 'Hear an echo', baseline: true } },
  })
  const { description, input, run } = echo
  const guarded = server({ tools: { echo: tool({ description, effect: 'read', scopes: [scope], input, run }) } })
  const open = serverOf([echo])
  return { open: (request) => open.fetch(request), guarded: (request) => guarded.fetch(request) }
}
