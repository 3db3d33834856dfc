import { StdioTransport } from '@tmcp/transport-stdio'
import { echo } from '../../tools/echo.ts'
import { serverOf } from './serve.ts'

new StdioTransport(serverOf([echo])).listen()
