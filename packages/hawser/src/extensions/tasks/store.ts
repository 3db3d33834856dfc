import type { TaskHost } from './host.ts'

type Sync<T> = T | Promise<T>

/** A task as it is stored: what a store looks at, and the rest as text. */
export interface StoredTask {
  /** 144 random bits. */
  readonly id: string
  /** Whose task it is. */
  readonly owner: string
  /** Counts the changes, from 1. */
  readonly version: number
  /** Milliseconds since 1970; it may be forgotten after that. */
  readonly expiresAt: number
  /** JSON. */
  readonly body: string
}

/**
 * Keeps tasks. Each method is atomic, and what it did is durable when it returns or resolves, so that a task outlives the
 * process if the store does.
 *
 * @see tasks#task-creation
 */
export interface TaskStore {
  /** Keeps a new task; false when its owner has `most` unexpired ones already, or there is no room. */
  readonly create: (task: StoredTask, most: number) => Sync<boolean>
  /** The task of that id, unless it is unknown or has expired. */
  readonly read: (id: string) => Sync<StoredTask | undefined>
  /** Puts a task in the place of its previous version; false when somebody else did so first, or it is gone. */
  readonly replace: (task: StoredTask) => Sync<boolean>
  /** How many unexpired tasks an owner has. */
  readonly count: (owner: string) => Sync<number>
  /**
   * Whether it outlives this process, or others use it at the same time. Then whoever works on a task gives signs of life
   * through it, and the task of one that has been silent for 20 seconds is lost.
   */
  readonly isShared?: boolean | undefined
  /** What the ids of an owner's tasks begin with, for a store that finds them by it; at most 16 characters of `[0-9A-Za-z_-]`. */
  readonly prefixOf?: ((owner: string) => string) | undefined
  /** Most bytes of a body as UTF-8; any when left out. */
  readonly maxBytes?: number | undefined
  /** Does the work of tasks where they are kept; it is done in the process that was asked for it when left out. */
  readonly host?: TaskHost | undefined
}
