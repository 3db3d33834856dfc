/** What changed on the server. */
export type Change = (
  | { readonly kind: 'tools' | 'prompts' | 'resources' }
  | { readonly kind: 'resource'; readonly uri: string }
) & {
  /** The connection was lost for a while: it may have changed, and nobody knows. */
  readonly gap?: true
}

/** Different changes that wait for a slow reader; beyond it the oldest are forgotten. */
const MAX_WAITING = 1000

/** Changes between the connection that brings them and whoever reads them. */
export interface ChangeQueue {
  /** A change that still waits is not queued twice. */
  readonly add: (change: Change) => void
  readonly end: (error?: Error) => void
  /** Yields what waits and what comes; returns or throws when the queue has ended. */
  readonly read: () => AsyncGenerator<Change, void>
}

export function createChangeQueue(): ChangeQueue {
  const waiting = new Map<string, Change>()
  let wake = Promise.withResolvers<void>()
  const notice = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  let over: { readonly error: Error | undefined } | undefined
  return {
    add: (change) => {
      waiting.set(change.kind === 'resource' ? `resource ${change.uri}` : change.kind, change)
      const [oldest] = waiting.keys()
      if (waiting.size > MAX_WAITING && oldest !== undefined) waiting.delete(oldest)
      notice()
    },
    end: (error) => {
      over ??= { error }
      notice()
    },
    read: async function* () {
      for (;;) {
        for (const [key, change] of waiting) {
          waiting.delete(key)
          yield change
        }
        if (over?.error !== undefined) throw over.error
        if (over !== undefined) return
        await wake.promise
      }
    },
  }
}
