import { echo } from '../../tools/echo.ts'
import { createHandle } from './handle.ts'
import { serveNode } from './serve-node.ts'

serveNode(createHandle([echo]))
