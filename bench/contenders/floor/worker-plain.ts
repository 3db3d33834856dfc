import type { Worker } from '../contract.ts'
import { open } from './inproc.ts'

const handle = open([])

export default { fetch: (request) => handle(request) } satisfies Worker
