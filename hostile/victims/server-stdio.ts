import { serveStdio } from 'hawser/stdio'
import { harbour } from './harbour.ts'
import { peakMemory } from './memory.ts'

// Over a channel of its own, so that the attacked streams carry nothing but the attack.
process.on('message', () => process.send?.(peakMemory()))
process.channel?.unref()
serveStdio(harbour)
process.send?.(peakMemory())
