import { mcp } from 'hawser'
import { forget, note, search } from './own-tools.ts'

const notes = mcp({ name: 'notes', version: '1.0.0' })

export default notes.server({ tools: { search, forget }, resources: { note } })
