import { createMcpHandler } from '@modelcontextprotocol/server'
import { mcp } from 'hawser'
import { mount } from 'hawser/compose'
import { fromSdk } from 'hawser/from-sdk'
import { rateLimit } from 'hawser/interceptors'
import { createServer } from './sdk-server.ts'

const notes = mcp({
  name: 'notes',
  version: '1.0.0',
  scopes: { 'notes:read': 'Read your notes', 'notes:delete': 'Delete your notes' },
})

export default notes.server({
  mounts: {
    sdk: mount(fromSdk(createMcpHandler(createServer)), {
      prefix: '', // tools keep their names
      as: 'caller', // handlers find who calls as `authInfo`
      scopes: ['notes:delete'], // whatever is there takes this,
      toolScopes: { search: ['notes:read'] }, // except what is named
    }),
  },
  use: [rateLimit({ calls: 600, per: 60_000 })],
})
