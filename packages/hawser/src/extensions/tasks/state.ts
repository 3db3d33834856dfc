import type { WireError } from '../../call/index.ts'
import type { CallToolResult, InputRequest, InputResponses, Meta } from '../../protocol/index.ts'
import type { StoredTask } from './store.ts'
import { type DetailedTask, PROGRESS, type Task } from './task.ts'

/** One question of a handler, under the key that clients see and the one that the handler gave it. */
export interface OpenQuestion {
  readonly wireKey: string
  readonly key: string
  readonly request: InputRequest
}

/** What it takes to go on when the answers have come, in this process or in another. */
export interface Waiting {
  readonly arguments: { readonly [name: string]: unknown }
  readonly requestState: string | undefined
  readonly questions: readonly OpenQuestion[]
  /** By the handler's keys. */
  readonly answers: InputResponses
}

/** A status with what belongs to it. */
export type Phase =
  | {
      readonly status: 'working'
      /** Milliseconds since 1970: without a sign of life until then, whoever works on it is taken for dead. */
      readonly aliveUntil?: number | undefined
      readonly cancelling?: true
    }
  | { readonly status: 'input_required'; readonly waiting: Waiting }
  | { readonly status: 'completed'; readonly result: CallToolResult }
  | { readonly status: 'failed'; readonly error: WireError }
  | { readonly status: 'cancelled' }

/** Everything about a task that its store need not understand. */
export interface TaskState {
  readonly tool: string
  /** What the call took, where its arguments chose that. */
  readonly scopes?: readonly string[] | undefined
  /** Milliseconds since 1970, like all times here. */
  readonly createdAt: number
  readonly updatedAt: number
  /** Until then it may work, wait for an answer, or is kept. */
  readonly deadline: number
  readonly message?: string | undefined
  readonly progress?: { readonly progress: number; readonly total?: number | undefined } | undefined
  /** Keys that clients have seen: none of them is used for a second question. (tasks#task-update-requests) */
  readonly usedKeys: readonly string[]
  readonly phase: Phase
}

/** A stored task that was read. */
export interface Entry extends Pick<StoredTask, 'id' | 'owner' | 'version'> {
  readonly state: TaskState
}

/** A task that is past its time is kept a little longer, so that whoever works on it can say so. (milliseconds) */
const SLACK = 60_000

export const isDone = ({ phase }: TaskState): boolean => phase.status !== 'working' && phase.status !== 'input_required'

export function encodeEntry({ id, owner, version, state }: Entry): StoredTask {
  const expiresAt = state.deadline + (isDone(state) ? 0 : SLACK)
  return { id, owner, version, expiresAt, body: JSON.stringify(state) }
}

export function decodeEntry({ id, owner, version, body }: StoredTask): Entry {
  return { id, owner, version, state: JSON.parse(body) as TaskState }
}

/** The fields that every shape of a task has. */
function describeTask({ id, state }: Entry, pollIntervalMs: number, meta: Meta): Omit<Task, 'status'> {
  const { createdAt, updatedAt, deadline, message, progress } = state
  return {
    taskId: id,
    ...(message !== undefined && { statusMessage: message }),
    createdAt: new Date(createdAt).toISOString(),
    lastUpdatedAt: new Date(updatedAt).toISOString(),
    ttlMs: deadline - createdAt,
    pollIntervalMs,
    _meta: progress === undefined ? meta : { ...meta, [PROGRESS]: progress },
  }
}

/** A task as clients see it. (tasks#task-polling) */
export function toDetailedTask(entry: Entry, pollIntervalMs: number, meta: Meta): DetailedTask {
  const { phase } = entry.state
  const task = describeTask(entry, pollIntervalMs, meta)
  switch (phase.status) {
    case 'working':
      return { ...task, status: phase.status }
    case 'cancelled':
      return { ...task, status: phase.status }
    case 'input_required': {
      const { questions, answers } = phase.waiting
      const open = questions.filter(({ key }) => !Object.hasOwn(answers, key))
      const inputRequests = Object.fromEntries(open.map(({ wireKey, request }) => [wireKey, request]))
      return { ...task, status: phase.status, inputRequests }
    }
    case 'completed':
      return { ...task, status: phase.status, result: phase.result }
    case 'failed':
      return { ...task, status: phase.status, error: phase.error }
  }
}
