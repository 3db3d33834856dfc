import { createMcpHandler } from '@modelcontextprotocol/server'
import type { Worker } from '../contract.ts'
import { plainFactory } from './plain-factory.ts'

const { fetch } = createMcpHandler(plainFactory)

export default { fetch: (request) => fetch(request) } satisfies Worker
