import { listen } from 'hawser/node'
import { Miniflare } from 'miniflare'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { bundleWorker } from '../scripts/bundle-worker.ts'
import server from './everything-server.ts'

/** A place that serves the everything-server. */
export interface Host extends AsyncDisposable {
  readonly name: string
  readonly url: string
  /** Whether one process gets every request of a client, so that it can be asked and told. */
  readonly holdsSessions: boolean
}

export async function startNode(): Promise<Host> {
  const listener = await listen(server, { host: 'localhost', port: 0, sessions: { connectionMs: 800 } })
  return { name: 'node', url: listener.url, holdsSessions: true, [Symbol.asyncDispose]: () => listener.close() }
}

/** The same server as a Worker that keeps nothing between requests, for clients that need nothing kept. */
export const startWorkerd = (): Promise<Host> => startWorker('workerd', 'everything-server.ts', false)

/** The same server with sessions in Durable Objects. */
export const startObject = (): Promise<Host> => startWorker('object', 'worker.ts', true)

/** Bundles a module of this folder as a Worker. */
export const bundle = (module: string, define: Readonly<Record<string, string>> = {}): Promise<string> =>
  bundleWorker(fileURLToPath(new URL(module, import.meta.url)), define)

/** Runs a module as a Worker by the real runtime without Node compatibility. */
async function startWorker(name: string, module: string, holdsSessions: boolean): Promise<Host> {
  const miniflare = new Miniflare({
    modules: true,
    script: await bundle(module),
    compatibilityDate: '2026-06-11',
    ...(holdsSessions && { durableObjects: { HAWSER: { className: 'HawserObject', useSQLite: true } } }),
    host: 'localhost',
    port: 0,
    handleRuntimeStdio: showTroubles,
  })
  const { port } = await miniflare.ready
  const url = `http://localhost:${port}/mcp`
  return { name, url, holdsSessions, [Symbol.asyncDispose]: () => miniflare.dispose() }
}

/** workerd reports with a stack that a client left, which those of the suite do all the time; all else is shown. */
export function showTroubles(stdout: Readable, stderr: Readable): void {
  stdout.pipe(process.stdout, { end: false })
  let leaves = false
  createInterface({ input: stderr }).on('line', (line) => {
    if (!line.startsWith('stack: ')) leaves = line.includes('disconnected: ')
    if (!leaves) process.stderr.write(`${line}\n`)
  })
}
