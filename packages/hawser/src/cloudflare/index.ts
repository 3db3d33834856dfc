export { durableChanges, type DurableChangesOptions } from './changes/durable-changes.ts'
export { HawserObject } from './hawser-object.ts'
export type { ExecutionContext } from './runtime.ts'
export { worker, type Beside, type HawserWorker, type WorkerOptions } from './worker.ts'
