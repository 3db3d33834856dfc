import { Worker } from 'node:worker_threads'
import type { AuditBatch, AuditStore } from './store.ts'
import type { JsonlPlace } from './jsonl-store.ts'
import type { SqlitePlace } from './sqlite-store.ts'

/** What a thread keeps. */
export type AuditPlace = JsonlPlace | SqlitePlace

export type ThreadRequest =
  | { readonly do: 'append'; readonly batch: AuditBatch }
  | { readonly do: 'forget'; readonly before: number }
  | { readonly do: 'close' }

/** Answers come in the order of the requests; the first, to none, says that the thread is there. */
export type ThreadAnswer = { readonly result: unknown } | { readonly error: unknown }

interface Asked {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Starts a thread that keeps an audit log. It keeps no process alive but while it is asked.
 *
 * @param find Finds the module that runs in it.
 * @param onEnd Called when it ended, whether it was closed or broke; then what it was asked for is rejected.
 * @returns Rejects when it cannot start, such as in a program that was bundled without the module.
 */
export async function startThread(place: AuditPlace, find: () => URL, onEnd: () => void): Promise<AuditStore> {
  // Of the process, what is meant for its main thread: flags, modules that are loaded first, secrets in the environment.
  const clean = { execArgv: ['--disable-warning=ExperimentalWarning'], env: {} }
  const worker = new Worker(find(), { workerData: place, name: 'hawser audit', ...clean })
  worker.unref()
  const asked: Asked[] = []
  let broken: unknown
  worker.on('message', (answer: ThreadAnswer) => {
    const first = asked.shift()
    if ('error' in answer) first?.reject(answer.error)
    else first?.resolve(answer.result)
    if (asked.length === 0) worker.unref()
  })
  worker.on('error', (error: unknown) => (broken = error))
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      const error = new Error('The thread that keeps the audit log ended.', { cause: broken })
      for (const { reject } of asked.splice(0)) reject(error)
      broken ??= error
      onEnd()
      resolve()
    })
  })
  const hear = (): Promise<unknown> => new Promise((resolve, reject) => asked.push({ resolve, reject }))
  const ask = async (request: ThreadRequest): Promise<unknown> => {
    if (broken !== undefined) throw new Error('The thread that keeps the audit log ended.', { cause: broken })
    worker.ref()
    worker.postMessage(request)
    return hear()
  }
  await hear()
  return {
    append: async (batch) => void (await ask({ do: 'append', batch })),
    forget: async (before) => Number(await ask({ do: 'forget', before })),
    close: async () => {
      await ask({ do: 'close' })
      worker.ref()
      await ended
    },
  }
}
