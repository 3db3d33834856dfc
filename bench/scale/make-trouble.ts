import type { Fault } from './plan.ts'
import type { Desk } from './start-desk.ts'

/** From when until when something was made to go wrong, in milliseconds since 1970. */
export interface Disturbance {
  readonly what: string
  readonly from: number
  readonly to: number
}

/** Milliseconds that it may take until all is well again: whoever is connected anew waits a moment, and so does a renewal. */
const AFTERMATH = 3_000
/**
 * Objects that are evicted, which waits until nothing refers to them: those that somebody stays connected to, or that work on something,
 * are ended instead.
 */
const QUIET = /^(?:limits|nonces|vault|oauth)/

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Makes faults happen and undoes them.
 *
 * @param listNames The objects that were used so far.
 */
export function createTroubleMaker(
  desk: Desk,
  begin: number,
  listNames: () => Promise<readonly string[]>,
): (fault: Fault) => Promise<Disturbance> {
  const troubled = new Set<string>()
  /** One at a time: the runtime stands still while it waits for two. */
  let exclusive: Promise<unknown> = Promise.resolve()
  const alone = (run: () => Promise<void>): Promise<unknown> => (exclusive = exclusive.then(run).catch(() => {}))

  const restartOne = async (chance: number): Promise<void> => {
    const known = (await listNames()).filter((name) => ![...troubled].some((prefix) => name.startsWith(prefix)))
    const name = known[Math.floor(chance * known.length)]
    if (name === undefined) return
    if (QUIET.test(name)) await desk.evict(name)
    else await desk.crash(name)
  }

  return async (fault) => {
    const from = Date.now()
    const done = (what: string): Disturbance => ({ what, from, to: Date.now() + AFTERMATH })
    switch (fault.what) {
      case 'evict':
        await alone(() => restartOne(fault.chance))
        return done('eviction')
      case 'restart':
        await alone(() => desk.restart())
        return done('restart')
      case 'trouble': {
        const { of, trouble, until } = fault
        troubled.add(of)
        await desk.trouble(of, trouble).catch(() => {})
        await pause(Math.max(0, begin + until - Date.now()))
        await desk.trouble(of, {}).catch(() => {})
        troubled.delete(of)
        return done(Object.keys(trouble).join())
      }
    }
  }
}
