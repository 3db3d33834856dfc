import type { Log, Principal } from '../call/index.ts'
import type { Implementation } from '../protocol/index.ts'
import type { MountPoint } from './mount-point.ts'
import { createRemote, type Remote } from './remote.ts'

/** The way into one mount: one for all, or one for each caller. */
export interface Gate {
  readonly point: MountPoint
  readonly remoteFor: (caller: Principal | undefined) => Remote
  readonly close: () => Promise<void>
}

/** Callers for whom a way is kept open; the one that called longest ago goes first. */
const MAX_CALLERS = 256

export function createGate(point: MountPoint, info: Implementation, log: Log): Gate {
  // Made at once: what cannot be connected to is found when the module loads.
  const shared = point.perCaller ? undefined : createRemote(point, undefined, info, log)
  const byCaller = new Map<string, Remote>()
  return {
    point,
    remoteFor: (caller) => {
      if (shared !== undefined) return shared
      const key = keyOf(caller)
      const remote = byCaller.get(key) ?? createRemote(point, caller, info, log)
      byCaller.delete(key)
      byCaller.set(key, remote)
      const [oldest] = byCaller
      // Calls and subscriptions that are under way keep the way that they have.
      if (byCaller.size > MAX_CALLERS && oldest !== undefined) byCaller.delete(oldest[0])
      return remote
    },
    close: async () => {
      const remotes = shared === undefined ? [...byCaller.values()] : [shared]
      byCaller.clear()
      await Promise.all(remotes.map((remote) => remote.close()))
    },
  }
}

/** Two tokens of one person may allow different things. */
function keyOf(caller: Principal | undefined): string {
  return caller === undefined ? '' : JSON.stringify([caller.subject, ...[...caller.scopes].toSorted()])
}
