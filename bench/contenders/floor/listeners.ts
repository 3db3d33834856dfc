import { createServer, type ServerResponse } from 'node:http'
import { announceChanges } from '../contract.ts'

const event = (method: string): string => `data: {"jsonrpc":"2.0","method":"${method}"}\n\n`
const acknowledged = event('notifications/subscriptions/acknowledged')
const changed = event('notifications/tools/list_changed')

const open = new Set<ServerResponse>()
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(acknowledged)
  open.add(response)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) return
  announceChanges(address.port, () => {
    for (const response of open) response.write(changed)
  })
})
