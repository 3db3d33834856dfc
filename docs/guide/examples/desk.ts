import process from 'node:process'
import { mcp, memoryChanges } from 'hawser'
import { mount } from 'hawser/compose'
import notes from './notes.ts'

const desk = mcp({
  name: 'desk',
  version: '1.0.0',
  instructions: 'Tides are measured in metres. Notes are the user’s own.',
  changes: memoryChanges(),
})

const today = desk.tool({
  description: 'Tell which day it is.',
  effect: 'read',
  run: () => new Date().toISOString().slice(0, 10),
})

export default desk.server({
  tools: { today },
  mounts: {
    notes: mount(notes), // a server of this process
    tides: mount(process.env['TIDES_URL'] ?? 'http://127.0.0.1:3000/mcp'), // one at the end of a wire
  },
})
