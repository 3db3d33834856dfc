import { listen } from 'hawser/node'
import { harbour } from './harbour.ts'
import { peakMemory } from './memory.ts'

const { url } = await listen(harbour, { port: 0 })
process.on('message', () => process.send?.(peakMemory()))
process.send?.(url)
