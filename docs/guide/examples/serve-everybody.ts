import { listen } from 'hawser/node'
import marina from './marina.ts'

const listener = await listen(marina, {
  port: Number(process.env['PORT'] ?? 3000),
  sessions: { max: 5_000, idleMs: 15 * 60_000 }, // `sessions: false` behind a balancer that spreads requests
  sse: '/sse', // for clients that only know the transport of 2024-11-05
})
console.log(`Listening on ${listener.url}`)
process.once('SIGTERM', () => void listener.close())
