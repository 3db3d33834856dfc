import { AuthorizationError, mcp } from 'hawser'
import { describe, expect, it } from 'vitest'
import { protectedResource } from '../auth.ts'
import type { ServerExtension } from '../server/index.ts'
import { createIssuer, ISSUER, RESOURCE } from './fixtures/issuer.ts'
import { hear } from './fixtures/notes.ts'

const ECHO = 'com.example/echo'
const isEcho = ({ method }: { readonly method: string }): boolean => method === ECHO

describe('a batch with a request of an extension', () => {
  it('TR10: runs as a whole or not at all', async () => {
    const ran: string[] = []
    const echo: ServerExtension = {
      id: ECHO,
      start: ({ tools }) => {
        const { access } = tools.get('save')!
        return {
          interceptor: (next) => async (call) => {
            if (!isEcho(call)) return next(call)
            if (!access.permits(call.principal))
              throw new AuthorizationError('insufficient_scope', 'No.', ['notes:write'])
            ran.push('echo')
            return {}
          },
          screen: async (request) => (isEcho(request) ? access.refusal(request.principal) : undefined),
        }
      },
    }
    const issuer = await createIssuer()
    const auth = protectedResource({ resource: RESOURCE, issuer: { issuer: ISSUER, jwks: () => issuer.jwks } })
    const app = mcp({ name: 'n', version: '1', auth, scopes: { 'notes:read': 'Read', 'notes:write': 'Write' } })
    const define = (name: string, scope: 'notes:read' | 'notes:write') =>
      app.tool({ description: 'd', effect: 'write', scopes: [scope], run: () => (ran.push(name), name) })
    const tools = { look: define('look', 'notes:read'), save: define('save', 'notes:write') }
    const server = app.server({ tools, use: [echo] })
    const post = async (scope: string) =>
      hear(
        await server.fetch(
          new Request(RESOURCE, {
            method: 'POST',
            headers: {
              accept: 'application/json, text/event-stream',
              'content-type': 'application/json',
              'mcp-protocol-version': '2025-03-26',
              authorization: `Bearer ${await issuer.sign({ scope })}`,
            },
            body: JSON.stringify([
              { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'look' } },
              { jsonrpc: '2.0', id: 2, method: ECHO },
            ]),
          }),
        ),
      )
    expect(await post('notes:read')).toMatchObject({
      status: 403,
      challenge: expect.stringContaining('scope="notes:write"'),
    })
    expect(ran).toEqual([])
    expect((await post('notes:read notes:write')).status).toBe(200)
    expect(ran.toSorted()).toEqual(['echo', 'look'])
  })
})
