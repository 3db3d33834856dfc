import { serveStdio } from 'hawser/stdio'
import { echo } from '../../tools/echo.ts'
import { serverOf } from './server.ts'

serveStdio(serverOf([echo]))
