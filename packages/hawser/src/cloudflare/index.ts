export { durableChanges, type DurableChangesOptions } from './changes/durable-changes.ts'
export { durableNonces, type DurableNoncesOptions } from './nonces/durable-nonces.ts'
export { durableRateLimiter, type DurableRateLimiterOptions } from './limits/durable-rate-limiter.ts'
export { durableVault, type DurableVaultOptions } from './vault/durable-vault.ts'
export { durableTasks, type DurableTasksOptions } from './tasks/durable-tasks.ts'
export { createDurableSessions, type DurableSessionsOptions, type WorkerSessions } from './sessions/durable-sessions.ts'
export { HawserObject } from './hawser-object.ts'
export type { ExecutionContext } from './runtime.ts'
export { worker, type Beside, type HawserWorker, type WorkerOptions } from './worker.ts'
export { IssuerEntrypoint } from './suite/issuer-entrypoint.ts'
export type { SharedResource } from './suite/describe-resource.ts'
export type { MemberPlan, SuitePlan } from './suite/plan.ts'
export {
  type HawserSuite,
  type ServedIssuer,
  type SharedIssuerDescription,
  suite,
  type SuiteOptions,
  type SuiteServers,
} from './suite/suite.ts'
