import { createMcpHandler } from '@modelcontextprotocol/server'
import type { Open } from '../contract.ts'
import { factoryOf } from './factory.ts'

export const open: Open = (tools) => createMcpHandler(factoryOf(tools)).fetch
