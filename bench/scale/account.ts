/** What one object was asked and did since it was last counted. Rows and alarms are what Cloudflare bills. */
export interface Account {
  /** Calls, connections and forwarded requests. */
  requests: number
  /** Messages that came over its sockets. */
  messages: number
  /** Times that an alarm went off. */
  alarms: number
  rowsRead: number
  /** Rows of tables and indexes, and one for each alarm that is set. */
  rowsWritten: number
  /** Times that it came into memory. */
  starts: number
  /** Bytes of its database. */
  bytes: number
  /** Milliseconds in which it was answering, those at the same time counted once each. */
  busy: number
}

/** By the name of the object. */
export type Accounts = Readonly<Record<string, Account>>

export const newAccount = (): Account => ({
  requests: 0,
  messages: 0,
  alarms: 0,
  rowsRead: 0,
  rowsWritten: 0,
  starts: 0,
  bytes: 0,
  busy: 0,
})

/** What goes wrong in an object, for as long as it is said. */
export interface Trouble {
  /** Milliseconds before it does what it is asked. */
  readonly slow?: number | undefined
  /** Nothing can be written. */
  readonly full?: boolean | undefined
  /** How many of the next questions it ends in the middle of, after the work and before the answer. */
  readonly crashes?: number | undefined
}

/** Adds what was counted in one run of the runtime to what was counted before. */
export function addAccounts(all: Map<string, Account>, more: Accounts): void {
  for (const [name, account] of Object.entries(more)) {
    const known = all.get(name) ?? newAccount()
    const sum = (field: keyof Account): number => known[field] + account[field]
    all.set(name, {
      requests: sum('requests'),
      messages: sum('messages'),
      alarms: sum('alarms'),
      rowsRead: sum('rowsRead'),
      rowsWritten: sum('rowsWritten'),
      starts: sum('starts'),
      busy: sum('busy'),
      bytes: account.bytes,
    })
  }
}
