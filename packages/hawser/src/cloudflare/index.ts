export type { ExecutionContext } from './runtime.ts'
export { worker, type Beside, type HawserWorker, type WorkerOptions } from './worker.ts'
