import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Miniflare, type MiniflareOptions } from 'miniflare'
import { bundleWorker } from '../../scripts/bundle-worker.ts'
import { type Account, type Accounts, addAccounts, type Trouble } from './account.ts'

/** Two Workers, as of two places, that share the objects of the first; what the objects write outlives the runtime. */
export const WORKERS = ['one', 'two'] as const
export type WorkerName = (typeof WORKERS)[number]

/** The server of the simulation in the real runtime. */
export interface Desk extends AsyncDisposable {
  /** Asks one of the Workers. The name is that of the resource, whatever the port. */
  readonly ask: (worker: WorkerName, path: string, init?: RequestInit) => Promise<Response>
  /** Where one of the Workers listens now; a restart moves it. */
  readonly urlOf: (worker: WorkerName) => URL
  readonly trouble: (of: string, what: Trouble) => Promise<void>
  /** Ends an object in the middle of whatever it is doing. */
  readonly crash: (object: string) => Promise<void>
  /** Has an object leave the memory once nothing refers to it. */
  readonly evict: (object: string) => Promise<void>
  /** Ends the runtime, as a deployment does, and starts it again on what was written. */
  readonly restart: () => Promise<void>
  /** What was counted since this was asked last. */
  readonly counted: () => Promise<Counted>
}

export interface Counted {
  readonly accounts: ReadonlyMap<string, Account>
  /** How often each refresh token was used up. */
  readonly renewed: ReadonlyMap<string, number>
}

/** @param hear Is told what the runtime writes: also what objects throw that are made to fail. */
export async function startDesk(
  bindings: Readonly<Record<string, string>> = {},
  hear: (text: string) => unknown = () => {},
): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-scale-'))
  const script = await bundleWorker(join(import.meta.dirname, 'worker.ts'))
  const optionsFor = (version: number): MiniflareOptions => ({
    workers: WORKERS.map((name) => {
      const object = (className: string) => ({
        className,
        useSQLite: true,
        ...(name !== WORKERS[0] && { scriptName: WORKERS[0] }),
      })
      return {
        name,
        modules: true,
        script,
        compatibilityDate: '2026-06-11',
        compatibilityFlags: ['enable_request_signal'],
        bindings: { ...bindings, VERSION: `${version}` },
        durableObjects: { HAWSER: object('HawserObject'), OAUTH: object('OAuthObject') },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      }
    }),
    durableObjectsPersist: folder,
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      for (const stream of [stdout, stderr]) stream.on('data', (data: Buffer) => hear(data.toString()))
    },
  })
  let version = 1
  const miniflare = new Miniflare(optionsFor(version))
  const urls = new Map<WorkerName, URL>()
  const locate = async (): Promise<void> => {
    for (const name of WORKERS) urls.set(name, await miniflare.unsafeGetDirectURL(name))
  }
  await locate()
  const urlOf = (worker: WorkerName): URL => {
    const url = urls.get(worker)
    if (url === undefined) throw new Error(`There is no Worker ${worker}.`)
    return url
  }
  const ask: Desk['ask'] = (worker, path, init) =>
    fetch(new URL(path, urlOf(worker)), {
      redirect: 'manual',
      ...init,
      // A connection that is kept may be closed by the other side just when it is used again.
      headers: { ...(init?.headers as Record<string, string>), connection: 'close' },
    })

  /** Of earlier runs of the runtime. */
  let earlier = { accounts: new Map<string, Account>(), renewed: new Map<string, number>() }
  const collect = async (): Promise<void> => {
    for (const worker of WORKERS) {
      const response = await ask(worker, '/accounts')
      const { accounts, renewed } = (await response.json()) as { accounts: Accounts; renewed: Record<string, number> }
      addAccounts(earlier.accounts, accounts)
      for (const [token, times] of Object.entries(renewed))
        earlier.renewed.set(token, (earlier.renewed.get(token) ?? 0) + times)
    }
  }

  return {
    ask,
    urlOf,
    trouble: async (of, what) => {
      await ask(WORKERS[0], `/trouble?of=${encodeURIComponent(of)}`, { method: 'POST', body: JSON.stringify(what) })
    },
    crash: async (object) => {
      await ask(WORKERS[0], `/crash?of=${encodeURIComponent(object)}`)
    },
    evict: (object) => {
      const className = object.startsWith('oauth ') ? 'OAuthObject' : 'HawserObject'
      return miniflare.unsafeEvictDurableObject(WORKERS[0], className, { name: object })
    },
    restart: async () => {
      await collect()
      await miniflare.setOptions(optionsFor(++version))
      await locate()
    },
    counted: async () => {
      await collect()
      const taken = earlier
      earlier = { accounts: new Map(), renewed: new Map() }
      return taken
    },
    [Symbol.asyncDispose]: async () => {
      await miniflare.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
