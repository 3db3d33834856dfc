import {
  type ClientHost,
  type ClientsOptions,
  createClients,
  createDurableSessions,
  type DurableSessionsOptions,
  type WorkerSessions,
} from './cloudflare/index.ts'
import { routeSession } from './past.ts'
import { reach } from './reach.ts'

export {
  type ClientHost,
  type ClientServer,
  type ClientsOptions,
  type GivenAnswers,
  type OfferedTool,
  type Outcome,
  type OwnerConnections,
  type PendingCall,
  type Question,
  type RunningTask,
  type ServerStatus,
  type VisitOptions,
  WaitingError,
  type WaitingProblem,
  durableChanges,
  type DurableChangesOptions,
  durableNonces,
  type DurableNoncesOptions,
  durableRateLimiter,
  type DurableRateLimiterOptions,
  type DurableSessionsOptions,
  durableTasks,
  type DurableTasksOptions,
  durableVault,
  type DurableVaultOptions,
  type ExecutionContext,
  HawserObject,
  type HawserSuite,
  type HawserWorker,
  IssuerEntrypoint,
  type MemberPlan,
  type ServedIssuer,
  type SharedIssuerDescription,
  type SharedResource,
  suite,
  type SuiteOptions,
  type SuitePlan,
  type SuiteServers,
  keepAudit,
  type KeepAuditOptions,
  type MessageBatch,
  queueAudit,
  type QueueAuditOptions,
  type QueueConsumer,
  type QueueMessage,
  worker,
  type Beside,
  type WorkerOptions,
  type WorkerSessions,
} from './cloudflare/index.ts'

/**
 * Holds sessions of clients of earlier revisions, each in a Durable Object of its own, so that tools can ask them and tell them what
 * changed. A session ends when it was not used for half an hour. What it takes to go on is kept while its object is not in memory.
 *
 * @throws TypeError when there is no such binding, with the lines that make one.
 * @example
 * export default worker(server, { sessions: durableSessions({ binding: 'HAWSER' }) })
 * @see 2025-11-25 basic/transports#session-management
 */
export const durableSessions: (options: DurableSessionsOptions) => WorkerSessions =
  /* @__PURE__ */ createDurableSessions(routeSession)

/**
 * Connects a host to servers of others, for each of its owners – a user, a tenant – in a Durable Object of its own: tokens, lists of tools, questions that wait
 * for an answer and tasks outlive requests, instances and deployments. There is one in a Worker.
 *
 * @throws TypeError, RangeError for a definition that cannot work; TypeError when there is no such binding, with the lines that make one.
 * @example
 * const host = clients({
 *   binding: 'HAWSER',
 *   secret: env.CLIENTS_SECRET,
 *   callback: 'https://app.example.com/callback',
 *   servers: { notes: { url: 'https://notes.example.com/mcp' } },
 * })
 * const outcome = await host.of(user.id).call('notes', 'search', { query: 'tides' })
 */
export const clients: <const Name extends string>(options: ClientsOptions<Name>) => ClientHost<Name> =
  /* @__PURE__ */ createClients(reach)
