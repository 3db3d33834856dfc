import type { Principal } from '../call/index.ts'
import type { Sync } from './definitions.ts'

/** A person, in whatever program: the same subject of another issuer or tenant is somebody else. A `Principal` is one. */
export interface Audience {
  readonly subject: string
  readonly issuer?: string | undefined
  readonly tenant?: string | undefined
}

/** Something that a client may have subscribed to. */
export type Change = (
  | { readonly kind: 'tools' | 'prompts' | 'resources' }
  | { readonly kind: 'resource'; readonly uri: string }
) & {
  /** Who may hear of it: everybody when left out, and `null` for callers that nobody has proven. */
  readonly audience?: Audience | null | undefined
}

/** What one subscriber wants to be told of, and who that is. */
export interface WantedChanges {
  readonly kinds: readonly ('tools' | 'prompts' | 'resources')[]
  readonly uris: readonly string[]
  /** Changes for others are not for this one; `null` is a caller that nobody has proven. */
  readonly audience: Audience | null
}

/**
 * Carries changes from whoever makes them to the open subscriptions, across processes if the adapter can. A change is JSON, and
 * arrives with all that it left with.
 * Each method is atomic: a change published after `subscribe` resolved reaches that listener.
 */
export interface Changes {
  readonly publish: (change: Change) => Sync<void>
  /**
   * Returns the function that ends the subscription. An adapter may tell more than is wanted. One that cannot know what happened
   * for a while, such as after a connection was lost, tells everything that is wanted, so that no change goes by in silence.
   */
  readonly subscribe: (listener: (change: Change) => void, wanted: WantedChanges) => Sync<() => void>
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

/** Who is told of a change. */
export interface Telling {
  /** Nobody else hears of it. `undefined` stands for callers that nobody has proven, not for everybody. */
  readonly for: Audience | undefined
}

/**
 * Tells subscribers that something changed: all of them, or one person's. Resolves when the change is handed over.
 *
 * @example
 * await changed.resource('notes://7', { for: principal })
 */
export interface Changed {
  readonly tools: (telling?: Telling) => Promise<void>
  readonly prompts: (telling?: Telling) => Promise<void>
  readonly resources: (telling?: Telling) => Promise<void>
  readonly resource: (uri: string, telling?: Telling) => Promise<void>
}

/** Whether a subscriber may hear of a change. */
export function concerns({ audience }: Change, principal: Principal | undefined): boolean {
  if (audience === undefined) return true
  if (audience === null || principal === undefined) return audience === null && principal === undefined
  const { subject, issuer, tenant } = audience
  // An adapter may write what is absent as null.
  return (
    subject === principal.subject &&
    (issuer ?? undefined) === principal.issuer &&
    (tenant ?? undefined) === principal.tenant
  )
}

export function createChanged(changes: Changes | undefined): Changed {
  const publish = async (change: Change, telling: Telling | undefined): Promise<void> => {
    if (changes === undefined) {
      throw new Error('This server has no `changes`. Add `changes: memoryChanges()` to mcp({ … }).')
    }
    await changes.publish(telling === undefined ? change : { ...change, audience: toAudience(telling.for) })
  }
  return {
    tools: (telling) => publish({ kind: 'tools' }, telling),
    prompts: (telling) => publish({ kind: 'prompts' }, telling),
    resources: (telling) => publish({ kind: 'resources' }, telling),
    resource: (uri, telling) => publish({ kind: 'resource', uri }, telling),
  }
}

/** Of a principal no more than what names the person: a change travels. */
export function toAudience(person: Audience | undefined): Audience | null {
  if (person === undefined) return null
  const { subject, issuer, tenant } = person
  return { subject, issuer, tenant }
}
