import { echo } from '../../tools/echo.ts'
import { createHandle } from './handle.ts'
import { serveLines } from './serve-lines.ts'

const handle = createHandle([echo])
serveLines((line) => handle(line).body)
