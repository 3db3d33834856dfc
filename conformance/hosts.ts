import { build } from 'esbuild'
import { listen } from 'hawser/node'
import { Miniflare } from 'miniflare'
import { fileURLToPath } from 'node:url'
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

/** The same module, bundled as a Worker and run by the real runtime without Node compatibility. */
export async function startWorkerd(): Promise<Host> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('everything-server.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['hawser-source', 'workerd', 'worker', 'browser'],
  })
  const [script] = outputFiles
  if (script === undefined) throw new Error('The everything-server could not be bundled for workerd.')
  const miniflare = new Miniflare({
    modules: true,
    script: script.text,
    compatibilityDate: '2026-06-11',
    host: 'localhost',
    port: 0,
  })
  const { port } = await miniflare.ready
  const url = `http://localhost:${port}/mcp`
  return { name: 'workerd', url, holdsSessions: false, [Symbol.asyncDispose]: () => miniflare.dispose() }
}
