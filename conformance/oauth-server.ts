import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOAuth, memoryStore } from '@hawser/oauth'
import { nodeHandler, publicDocuments, sqliteStore } from '@hawser/oauth/node'
import { Miniflare } from 'miniflare'
import { bundle, showTroubles } from './hosts.ts'
import { optionsOf } from './oauth-options.ts'

/** An authorization server on this machine. */
export interface AuthorizationServer extends AsyncDisposable {
  readonly name: string
  readonly issuer: string
}

/** Runs on Node. */
export async function startOnNode(name: 'memory' | 'sqlite', path: string): Promise<AuthorizationServer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  const store = name === 'memory' ? memoryStore() : sqliteStore(':memory:')
  const oauth = createOAuth(optionsOf(issuer, store, publicDocuments()))
  server.on('request', nodeHandler(oauth))
  return {
    name,
    issuer,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Runs as a Worker that keeps what it must not forget in Durable Objects. */
export async function startOnWorkerd(): Promise<AuthorizationServer> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const miniflare = new Miniflare({
    modules: true,
    script: await bundle('oauth-worker.ts', { ISSUER: JSON.stringify(issuer) }),
    compatibilityDate: '2026-06-11',
    compatibilityFlags: ['global_fetch_strictly_public'],
    durableObjects: { OAUTH: { className: 'OAuthObject', useSQLite: true } },
    host: '127.0.0.1',
    port,
    handleRuntimeStdio: showTroubles,
  })
  await miniflare.ready
  return { name: 'workerd', issuer, [Symbol.asyncDispose]: () => miniflare.dispose() }
}

/** One that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
