import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { echo } from '../../tools/echo.ts'
import { announce } from '../contract.ts'
import { factoryOf } from './factory.ts'

const handle = toNodeHandler(createMcpHandler(factoryOf([echo])))
const server = createServer((request, response) => void handle(request, response))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) announce(address.port)
})
