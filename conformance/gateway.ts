import { mcp, memoryChanges } from 'hawser'
import { mount } from 'hawser/compose'
import { listen } from 'hawser/node'
import everything from './everything-server.ts'
import type { Host } from './hosts.ts'

/** Serves a server that has nothing of its own and mounts the everything-server: clients are to see no difference. */
export async function startGateway(): Promise<Host> {
  const gateway = mcp({ name: 'gateway', version: '1.0.0', changes: memoryChanges(), log: () => {} })
  const server = gateway.server({
    mounts: { everything: mount(everything, { prefix: '', asks: ['form', 'url', 'sampling', 'roots'] }) },
  })
  const listener = await listen(server, { host: 'localhost', port: 0, sessions: { connectionMs: 800 } })
  return { name: 'gateway', url: listener.url, holdsSessions: true, [Symbol.asyncDispose]: () => listener.close() }
}
