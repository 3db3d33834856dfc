import { mcp } from 'hawser'
import type { Open } from '../contract.ts'
import { partsOf } from './server.ts'

const kit = mcp({ name: 'bench', version: '1.0.0' })

/** As `listen` holds them, without the sockets. */
export const open: Open = (tools) => {
  const server = kit.server({ tools: partsOf(tools), http: { sessions: { max: 1_000_000 } } })
  return (request) => server.fetch(request)
}
