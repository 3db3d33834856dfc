import type { Transaction, User } from './transaction.ts'

/** What the person decided. */
export interface Decision {
  readonly user: User
  /** Those of the transaction that were approved; all of them when left out. */
  readonly scopes?: readonly string[] | undefined
}

/** A transaction with what only its browser holds. */
export interface Begun {
  readonly transaction: Transaction
  /** Names the transaction in a form or a URL of this server; worth nothing without the cookie. */
  readonly handle: string
}

/**
 * Answers an authorization request that passed every check: signs the person in and asks. `authorize` adds the cookie that
 * binds the transaction to the browser. It ends, in this request or a later one, in `Ending.approve` or `Ending.deny`.
 */
export type ConsentStep = (begun: Begun, request: Request) => Response | Promise<Response>

/** How a transaction goes on and ends. */
export interface Ending {
  /** The transaction of a handle, when it is alive and the request comes from the browser that began it. */
  readonly resume: (request: Request, handle: string) => Promise<Transaction | undefined>
  /** 303 to the client with `code`, `state` and `iss`; 400 when the transaction is over or the scopes are not its own. */
  readonly approve: (transaction: Transaction, decision: Decision) => Promise<Response>
  /** 303 to the client with `error=access_denied`, `state` and `iss`; 400 when the transaction is over. */
  readonly deny: (transaction: Transaction) => Promise<Response>
}
