import type { WireError } from '../../call/index.ts'
import type { CallToolResult, InputRequests, InputResponses, Meta, RequestMeta } from '../../protocol/index.ts'

/** The identifier of the extension. */
export const TASKS = 'io.modelcontextprotocol/tasks'

/** How far work has come, for clients that show it; the protocol itself has only a sentence for it. */
export const PROGRESS = 'hawser/progress'

/** Where a task stands; the last three are for good. (tasks#task-status) */
export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled'

/** What is known of work that goes on after its call was answered. (tasks#tasks) */
export interface Task {
  readonly taskId: string
  readonly status: TaskStatus
  /** For people: how far the work is, or why it ended. */
  readonly statusMessage?: string
  /** ISO 8601. */
  readonly createdAt: string
  /** ISO 8601. */
  readonly lastUpdatedAt: string
  /** Milliseconds from its creation that the task is kept for at least; null is for ever. */
  readonly ttlMs: number | null
  /** Milliseconds to wait between two looks. */
  readonly pollIntervalMs?: number
  readonly _meta?: Meta
}

/** A task with what belongs to its status. (tasks#task-status) */
export type DetailedTask =
  | (Task & { readonly status: 'working' })
  | (Task & { readonly status: 'cancelled' })
  | (Task & { readonly status: 'input_required'; readonly inputRequests: InputRequests })
  | (Task & { readonly status: 'completed'; readonly result: CallToolResult })
  | (Task & { readonly status: 'failed'; readonly error: WireError })

/** The answer to a call that goes on as a task. (tasks#task-creation) */
export interface TaskCreated extends Task {
  readonly resultType: 'task'
  readonly status: 'working'
}

interface TaskParams {
  readonly taskId: string
  readonly _meta?: RequestMeta
}

interface Acknowledged {
  readonly _meta?: Meta
}

declare module '../../protocol/methods.ts' {
  interface Methods {
    'tasks/get': { params: TaskParams; result: DetailedTask }
    'tasks/update': { params: TaskParams & { readonly inputResponses: InputResponses }; result: Acknowledged }
    'tasks/cancel': { params: TaskParams; result: Acknowledged }
  }
  interface SubscriptionFilter {
    /** Tasks of which every change is wanted. (tasks#task-status-notifications) */
    readonly taskIds?: readonly string[]
  }
}

declare module '../../protocol/notifications.ts' {
  interface Notifications {
    'notifications/tasks': DetailedTask
  }
}
