import { createOAuth, devLogin, memoryStore } from '@hawser/oauth'
import { nodeHandler } from '@hawser/oauth/node'
import { mcp } from 'hawser'
import { protectedResource } from 'hawser/auth'
import { listen, type Listener } from 'hawser/node'
import { freePort } from '../peers/free-port.ts'

const scopes = {
  read: { title: 'Read the log', baseline: true },
  share: { title: 'Show it to others', risk: 'high' },
} as const

/** A server with a call that takes two scopes, neither of which comes with the other. */
export async function serveLogbook(): Promise<Listener> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const resource = `${issuer}/mcp`
  const oauth = createOAuth({
    issuer,
    store: memoryStore(),
    resources: [{ resource, title: 'Logbook', scopes }],
    operator: 'Logbook',
    login: devLogin(),
    registration: true,
  })
  const kit = mcp({ name: 'logbook', version: '1.0.0', auth: protectedResource({ resource, issuer: oauth }), scopes })
  const publish = kit.tool({
    description: 'Shows the log to others.',
    effect: 'write',
    scopes: ['read', 'share'],
    run: () => 'Published.',
  })
  return listen(kit.server({ tools: { publish } }), { port, beside: nodeHandler(oauth), closeTimeoutMs: 500 })
}
