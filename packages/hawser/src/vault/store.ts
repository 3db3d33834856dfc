type Sync<T> = T | Promise<T>

/** Sealed credentials as they are stored. The names of people and services are in none of it. */
export interface StoredCredentials {
  /** Names the credentials of one owner for one service. */
  readonly id: string
  /** Names whoever gave them. */
  readonly owner: string
  /** Grows with each change. */
  readonly version: number
  /** Milliseconds since 1970; they may be forgotten after that. */
  readonly keptUntil: number
  readonly sealed: string
}

/** Keeps sealed credentials. Each method is atomic, and what it did is durable when it returns or resolves. */
export interface VaultStore {
  readonly read: (id: string) => Sync<StoredCredentials | undefined>
  /**
   * Keeps credentials in the place of those of that id, as the next version; false when there is no room. The first version is the
   * time in milliseconds, so that what was removed and put in again is not taken for what it was.
   */
  readonly put: (credentials: Omit<StoredCredentials, 'version'>) => Sync<boolean>
  /** Puts credentials in the place of their previous version; false when somebody else did so first, or they are gone. */
  readonly replace: (credentials: StoredCredentials) => Sync<boolean>
  /** Takes the right to renew a version until then, in milliseconds since 1970; false while somebody else has it, or it is gone. */
  readonly claim: (id: string, version: number, until: number) => Sync<boolean>
  /** Gives that right back. */
  readonly release: (id: string, version: number) => Sync<void>
  readonly remove: (id: string) => Sync<void>
  /** Removes all of one owner. */
  readonly removeOwner: (owner: string) => Sync<void>
}
