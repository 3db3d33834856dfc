import { parentPort, workerData } from 'node:worker_threads'
import type { AuditStore } from './store.ts'
import { createJsonlStore } from './jsonl-store.ts'
import type { AuditPlace, ThreadAnswer, ThreadRequest } from './start-thread.ts'

/** The thread that keeps an audit log: answers what it is asked, one after the other. */
const store = await open(workerData as AuditPlace)
const answer = (message: ThreadAnswer): void => parentPort?.postMessage(message)
let last: Promise<void> = Promise.resolve()

const handle = async (request: ThreadRequest): Promise<void> => {
  try {
    answer({ result: await perform(request) })
  } catch (error) {
    answer({ error })
  }
  if (request.do === 'close') parentPort?.close()
}

parentPort?.on('message', (request: ThreadRequest) => {
  last = last.then(() => handle(request))
})
answer({ result: 'ready' })

async function open(place: AuditPlace): Promise<AuditStore> {
  if (place.kind === 'jsonl') return createJsonlStore(place)
  return (await import('./sqlite-store.ts')).createSqliteStore(place)
}

async function perform(request: ThreadRequest): Promise<unknown> {
  if (request.do === 'append') return store.append(request.batch)
  if (request.do === 'forget') return (await store.forget?.(request.before)) ?? 0
  return store.close()
}
