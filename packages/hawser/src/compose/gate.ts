import type { Call, Log } from '../call/index.ts'
import type { Implementation } from '../protocol/index.ts'
import { callerKey, MAX_CALLERS } from './caller-key.ts'
import type { MountPoint } from './mount-point.ts'
import { createRemote, type Remote } from './remote.ts'

/** The way into one mount: one for all, or one for each caller. */
export interface Gate {
  readonly point: MountPoint
  /** The way that a call takes. It stays open until `leave`, even when it is given up for other callers meanwhile. */
  readonly remoteFor: (call: Call) => Remote
  /** Says that a call is over, whether or not it came through here. */
  readonly leave: (call: Call) => void
  readonly close: () => Promise<void>
}

/** Opens the way into a mount. Where all callers share it, what cannot be connected to is found when the module loads. */
export function createGate(point: MountPoint, info: Implementation, log: Log): Gate {
  if (point.perCaller) return createCallerGate(point, info, log)
  const remote = createRemote(point, undefined, info, log)
  return { point, remoteFor: () => remote, leave: () => {}, close: remote.close }
}

/** A caller's way, and how many calls are on it. */
interface Way {
  readonly remote: Remote
  readonly key: string
  calls: number
}

function createCallerGate(point: MountPoint, info: Implementation, log: Log): Gate {
  /** Ways that the next call of their caller takes. */
  const kept = new Map<string, Way>()
  const taken = new Map<Call, Way>()
  const open = new Set<Way>()
  let most = MAX_CALLERS

  const shut = async (way: Way): Promise<void> => {
    if (!open.delete(way)) return
    try {
      await way.remote.close()
    } catch (cause) {
      log({ level: 'warn', message: `A way to the server mounted as "${point.name}" did not close.`, cause })
    }
  }
  /** What is not kept lasts as long as its calls. */
  const settle = (way: Way): void => {
    if (way.calls === 0 && kept.get(way.key) !== way) void shut(way)
  }
  const create = (key: string, { principal }: Call): Way => {
    const way = { remote: createRemote(point, principal, info, log), key, calls: 0 }
    open.add(way)
    return way
  }
  const take = (call: Call): Way => {
    const key = callerKey(call.principal)
    const way = kept.get(key) ?? create(key, call)
    way.calls++
    taken.set(call, way)
    kept.delete(key)
    kept.set(key, way)
    for (const oldest of kept.values()) {
      if (kept.size <= most) break
      kept.delete(oldest.key)
      settle(oldest)
    }
    return way
  }

  return {
    point,
    remoteFor: (call) => (taken.get(call) ?? take(call)).remote,
    leave: (call) => {
      const way = taken.get(call)
      if (way === undefined) return
      taken.delete(call)
      way.calls--
      settle(way)
    },
    close: async () => {
      // What is called afterwards has a way of its own for as long as the call takes.
      most = 0
      kept.clear()
      await Promise.all([...open].map(shut))
    },
  }
}
