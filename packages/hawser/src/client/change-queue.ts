/** What changed on the server. */
export type Change = (
  | { readonly kind: 'tools' | 'prompts' | 'resources' }
  | { readonly kind: 'resource'; readonly uri: string }
) & {
  /** The connection was lost for a while: it may have changed, and nobody knows. */
  readonly gap?: true
}

/** Different changes that wait for a slow reader, and UTF-16 units of their URIs; beyond them the oldest are forgotten. */
const MAX_WAITING = 1000
const MAX_LENGTH = 1024 * 1024

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
  let length = 0
  const take = (key: string): void => {
    if (waiting.delete(key)) length -= key.length
  }
  let wake = Promise.withResolvers<void>()
  const notice = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  let over: { readonly error: Error | undefined } | undefined
  return {
    add: (change) => {
      const key = change.kind === 'resource' ? `resource ${change.uri}` : change.kind
      if (!waiting.has(key)) length += key.length
      waiting.set(key, change)
      for (const oldest of waiting.keys()) {
        if (waiting.size <= MAX_WAITING && length <= MAX_LENGTH) break
        take(oldest)
      }
      notice()
    },
    end: (error) => {
      over ??= { error }
      notice()
    },
    read: async function* () {
      for (;;) {
        for (const [key, change] of waiting) {
          take(key)
          yield change
        }
        if (over?.error !== undefined) throw over.error
        if (over !== undefined) return
        await wake.promise
      }
    },
  }
}
