import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { echo } from '../../tools/echo.ts'
import { factoryOf } from './factory.ts'

serveStdio(factoryOf([echo]))
