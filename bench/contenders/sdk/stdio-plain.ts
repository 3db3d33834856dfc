import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { plainFactory } from './plain-factory.ts'

serveStdio(plainFactory)
