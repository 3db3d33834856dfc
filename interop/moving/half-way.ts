import { createMcpHandler } from '@modelcontextprotocol/server'
import { mcp } from 'hawser'
import { mount } from 'hawser/compose'
import { fromSdk } from 'hawser/from-sdk'
import { search } from './own-tools.ts'
import { createServer } from './sdk-server.ts'

const notes = mcp({ name: 'notes', version: '1.0.0' })

export default notes.server({
  tools: { search }, // this one answers; the log says that the other one is left out
  mounts: { sdk: mount(fromSdk(createMcpHandler(createServer)), { prefix: '' }) },
})
