import { listen } from 'hawser/node'
import notes from './notes.ts'

const listener = await listen(notes, { port: Number(process.env['PORT'] ?? 3000) })
console.log(`Listening on ${listener.url}`)
process.once('SIGTERM', () => void listener.close())
