export { durableChanges, type DurableChangesOptions } from './changes/durable-changes.ts'
export { keepAudit, type KeepAuditOptions, type QueueConsumer } from './audit/keep-audit.ts'
export { queueAudit, type QueueAuditOptions } from './audit/queue-audit.ts'
export { type ClientHost, createClients } from './clients/clients.ts'
export type { ClientServer, ClientsOptions } from './clients/definition.ts'
export type {
  GivenAnswers,
  OfferedTool,
  Outcome,
  OwnerConnections,
  PendingCall,
  Question,
  RunningTask,
  ServerStatus,
  VisitOptions,
} from './clients/types.ts'
export { WaitingError, type WaitingProblem } from './clients/waiting-error.ts'
export { durableNonces, type DurableNoncesOptions } from './nonces/durable-nonces.ts'
export { durableRateLimiter, type DurableRateLimiterOptions } from './limits/durable-rate-limiter.ts'
export { durableVault, type DurableVaultOptions } from './vault/durable-vault.ts'
export { durableTasks, type DurableTasksOptions } from './tasks/durable-tasks.ts'
export { createDurableSessions, type DurableSessionsOptions, type WorkerSessions } from './sessions/durable-sessions.ts'
export { HawserObject } from './hawser-object.ts'
export type { ExecutionContext, MessageBatch, QueueMessage } from './runtime.ts'
export { worker, type Beside, type HawserWorker, type WorkerOptions } from './worker.ts'
export { IssuerEntrypoint } from './suite/issuer-entrypoint.ts'
export type { SharedResource } from './suite/describe-resource.ts'
export type { MemberPlan, SuitePlan } from './suite/plan.ts'
export type { ServedIssuer, SharedIssuerDescription } from './suite/start-issuer.ts'
export { type HawserSuite, suite, type SuiteOptions, type SuiteServers } from './suite/suite.ts'
