import process from 'node:process'
import { listen } from 'hawser/node'
import berths from './berths.ts'

const { HOST = '127.0.0.1', PORT = '3000', PUBLIC_HOST } = process.env

const health = (_: unknown, response: { end: (text: string) => void }): void => response.end('ok\n')

const listener = await listen(berths, {
  host: HOST,
  port: Number(PORT),
  ...(PUBLIC_HOST && { allowedHosts: [PUBLIC_HOST] }), // the name that clients use, as the proxy passes it on
  beside: Object.assign(health, { handles: (path: string) => path === '/healthz' }),
})
console.log(`Listening on ${listener.url}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void listener.close()) // calls that are under way get 5 seconds
}
