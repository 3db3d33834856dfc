import type { Call } from '../../call/index.ts'
import type { PackedCall, PackedReply } from './pack-call.ts'
import type { TaskStore } from './store.ts'

/** The tasks of one server in the place where they are worked on. */
export interface HostedTasks {
  /** @param env What the runtime hands to the place. */
  readonly answer: (call: PackedCall, env: unknown) => Promise<PackedReply>
  /** Whether something is worked on, so that the place is not given up. */
  readonly isBusy: () => boolean
  /** Whether this task is worked on. */
  readonly isRunning: (id: string) => boolean
}

/** Does the work of tasks where it outlives the request that began it, such as in a Durable Object. */
export interface TaskHost {
  /** Called when a server is made. `begin` is called where its tasks are worked on, with the store of that place. */
  readonly register: (server: string, begin: (store: TaskStore) => HostedTasks) => void
  /** Has a call answered in the place of its owner. */
  readonly send: (server: string, owner: string, call: PackedCall) => Promise<PackedReply>
}

/** What goes there: whatever begins work, or ends it. */
export const isHosted = ({ method }: Call): boolean => method === 'tasks/update' || method === 'tasks/cancel'
