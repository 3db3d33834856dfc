import { workers } from '#workers'
import type { Changes } from '../../server/index.ts'
import { openObjects } from '../objects.ts'
import { unavailable } from '../unavailable.ts'
import { followHub } from './follow-hub.ts'
import type { HubMethods } from './hub.ts'
import { hubOf, topicsOf } from './topic.ts'

/** Where changes are told. */
export interface DurableChangesOptions {
  /** The binding of `HawserObject`. */
  readonly binding: string
  /** Keeps apart servers that share a binding: each takes a name of its own. */
  readonly name?: string | undefined
}

/**
 * `Changes` for all instances of a Worker, by Durable Objects: one for the lists of a server, eight for its resources and 32 for what is
 * for one person, each of which holds 20 000 listeners. Publishing is one call. What is published within a few milliseconds is told together, and the same
 * thing once.
 *
 * @throws TypeError when there is no such binding, with the lines that make one.
 * @example
 * const notes = mcp({ name: 'notes', version: '1.0.0', changes: durableChanges({ binding: 'HAWSER' }) })
 * @see basic/patterns/subscriptions
 */
export function durableChanges({ binding, name = '' }: DurableChangesOptions): Changes {
  const objects = openObjects<HubMethods>(binding, 'changes', 'durableChanges', ['publish'])
  return {
    publish: async (change) => {
      const published = objects.call(hubOf(name, change), 'publish', [change])
      // A handler need not wait for it.
      workers.waitUntil(published.catch(() => {}))
      await published
    },
    subscribe: async (listener, wanted) => {
      const opened = await Promise.allSettled(
        topicsOf(name, wanted).map((topics) => followHub(objects, topics, listener)),
      )
      const stop = (): void => {
        for (const each of opened) if (each.status === 'fulfilled') each.value.stop()
      }
      const failed = opened.find((each) => each.status === 'rejected')
      if (failed === undefined) return stop
      stop()
      throw unavailable('Nobody can be told of changes now. Try again later.', failed.reason)
    },
  }
}
