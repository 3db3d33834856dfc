import { createMcpHandler } from '@modelcontextprotocol/server'
import { worker } from 'hawser/cloudflare'
import { fromSdk } from 'hawser/from-sdk'
import { wrap } from './wrap.ts'
import { createTools1 } from './tools-1.ts'
import { createTools2 } from './tools-2.ts'

/** Servers of the official SDK on Workers, each at a path of its own. */
const workers = {
  '/handler': fromSdk(createMcpHandler(createTools2)),
  '/each-call': fromSdk(createTools2, { rerun: true }),
  '/version-1': fromSdk(() => createTools1({ isBound: false }), { rerun: true }),
  '/asks-nobody': fromSdk(() => createTools1()),
  '/shared': fromSdk(createTools1()),
}
const served = new Map(Object.entries(workers).map(([path, source]) => [path, worker(wrap(source), { path })]))

type Fetch = ReturnType<typeof worker>['fetch']

export default {
  fetch: (...given: Parameters<Fetch>) =>
    served.get(new URL(given[0].url).pathname)?.fetch(...given) ?? new Response(null, { status: 404 }),
}
