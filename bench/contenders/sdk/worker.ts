import { echo } from '../../tools/echo.ts'
import type { Worker } from '../contract.ts'
import { open } from './inproc.ts'

const handle = open([echo])

export default { fetch: (request) => handle(request) } satisfies Worker
