import type { AuditRecord } from 'hawser/audit'
import { jsonlAudit } from 'hawser/node'
import { join } from 'node:path'
import process from 'node:process'
import { readWrangler } from '../../examples/notes/read-wrangler.ts'
import { issuerAt } from '../../examples/notes/serve.ts'

export interface WorkersOptions {
  readonly port: number
  /** Where the Durable Objects are kept. */
  readonly folder: string
  /** The file for the account of what is done. */
  readonly audit: string
  readonly secret: string
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** What the Worker sends. */
interface Account {
  readonly records: readonly AuditRecord[]
  readonly sealKey: readonly number[]
}

/**
 * Serves notes in the runtime of Cloudflare, as `wrangler.jsonc` says, without an account and without a network. Nothing is built
 * before: the Worker is put together from its sources.
 *
 * @throws Error where the runtime does not run, such as on a Linux without glibc.
 */
export async function serveOnWorkers({ port, folder, audit, secret }: WorkersOptions) {
  const [{ bundleWorker }, { Log, LogLevel, Miniflare, Response }] = await Promise.all([
    import('../bundle-worker.ts'),
    import('miniflare'),
  ])
  const script = await bundleWorker(join(import.meta.dirname, 'notes-worker.ts'))
  await using open = new AsyncDisposableStack()
  const sink = open.use(jsonlAudit(audit))
  const others = SIGNALS.map((name) => process.listeners(name))
  const miniflare = new Miniflare({
    modules: true,
    script,
    host: '127.0.0.1',
    port,
    ...readWrangler(),
    bindings: { ORIGIN: issuerAt(port), NOTES_SECRET: secret },
    durableObjectsPersist: folder,
    serviceBindings: {
      ACCOUNT: async (request: { readonly json: () => Promise<unknown> }) => {
        const { records, sealKey } = (await request.json()) as Account
        await sink.append(records, Uint8Array.from(sealKey))
        return new Response()
      },
    },
    // It would ask its maker for the place of this machine.
    cf: false,
    log: new Log(LogLevel.ERROR),
  })
  open.defer(() => miniflare.dispose())
  // At Ctrl-C it would end the process itself, before all that serves is closed.
  for (const [at, name] of SIGNALS.entries())
    for (const listener of process.listeners(name)) if (!others[at]?.includes(listener)) process.off(name, listener)
  await miniflare.ready
  const parts = open.move()
  return { url: `${issuerAt(port)}/mcp`, close: () => parts.disposeAsync() }
}
