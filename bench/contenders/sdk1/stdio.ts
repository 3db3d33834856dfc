import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { echo } from '../../tools/echo.ts'
import { serverOf } from './serve.ts'

await serverOf([echo]).connect(new StdioServerTransport())
