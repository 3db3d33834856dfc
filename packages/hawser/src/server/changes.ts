import type { Sync } from './definitions.ts'

/** Something that a client may have subscribed to. */
export type Change =
  | { readonly kind: 'tools' | 'prompts' | 'resources' }
  | { readonly kind: 'resource'; readonly uri: string }

/**
 * Carries changes from whoever makes them to the open subscriptions, across processes if the adapter can.
 * Each method is atomic: a change published after `subscribe` resolved reaches that listener.
 */
export interface Changes {
  readonly publish: (change: Change) => Sync<void>
  /** Returns the function that ends the subscription. */
  readonly subscribe: (listener: (change: Change) => void) => Sync<() => void>
}

/**
 * `Changes` within one process: right for stdio and for a single Node server.
 *
 * @example
 * const notes = mcp({ name: 'notes', version: '1.0.0', changes: memoryChanges() })
 * @see basic/patterns/subscriptions
 */
export function memoryChanges(): Changes {
  const listeners = new Set<(change: Change) => void>()
  return {
    publish: (change) => {
      for (const listener of listeners) listener(change)
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Tells subscribers that something changed. Resolves when the change is handed over. */
export interface Changed {
  readonly tools: () => Promise<void>
  readonly prompts: () => Promise<void>
  readonly resources: () => Promise<void>
  readonly resource: (uri: string) => Promise<void>
}

export function createChanged(changes: Changes | undefined): Changed {
  const publish = async (change: Change): Promise<void> => {
    if (changes === undefined) {
      throw new Error('This server has no `changes`. Add `changes: memoryChanges()` to mcp({ … }).')
    }
    await changes.publish(change)
  }
  return {
    tools: () => publish({ kind: 'tools' }),
    prompts: () => publish({ kind: 'prompts' }),
    resources: () => publish({ kind: 'resources' }),
    resource: (uri) => publish({ kind: 'resource', uri }),
  }
}
