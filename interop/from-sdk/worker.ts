import { createMcpHandler } from '@modelcontextprotocol/server'
import { worker } from 'hawser/cloudflare'
import { fromSdk } from 'hawser/from-sdk'
import { wrap } from './wrap.ts'
import { createTools1 } from './tools-1.ts'
import { createTools2 } from './tools-2.ts'

const handler = createMcpHandler(createTools2)

/** Servers of the official SDK on Workers, each at a path of its own. */
const workers = {
  '/handler': fromSdk(handler),
  '/each-call': fromSdk(createTools2, { rerun: true }),
  '/version-1': fromSdk(() => createTools1({ isBound: false }), { rerun: true }),
  '/asks-nobody': fromSdk(() => createTools1()),
  '/shared': fromSdk(createTools1()),
}
const served = new Map(Object.entries(workers).map(([path, source]) => [path, worker(wrap(source), { path })]))

type Fetch = ReturnType<typeof worker>['fetch']

export default {
  fetch: (...given: Parameters<Fetch>) => {
    const { pathname } = new URL(given[0].url)
    if (pathname === '/changed') handler.notify.toolsChanged()
    return served.get(pathname)?.fetch(...given) ?? new Response(null, { status: 404 })
  },
}
