import type { Kind } from './plan.ts'

/** How an operation, or a part of it, went. Times are milliseconds since 1970. */
export interface Entry {
  readonly kind: Kind
  readonly from: number
  readonly to: number
  /** HTTP status; 0 where there was no answer. */
  readonly status: number
  /** Why there was none. */
  readonly why?: string | undefined
}

export interface StartedTask {
  readonly person: string
  readonly id: string
  readonly order: string
  readonly from: number
  /** As it was found at its end: what it is has to stay so. */
  end?: { readonly status: string; readonly text: string | undefined; readonly at: number } | undefined
}

export interface Told {
  readonly from: number
  readonly to: number
  /** `tools`, or a URI. */
  readonly topic: string
  /** Whom it is for; everybody when left out. */
  readonly person: string | undefined
}

/** What of several things that were done at once counted. */
export interface Once {
  readonly what: 'answer' | 'code'
  readonly from: number
  readonly won: number
  readonly asked: number
  /** How many had no answer that says whether they counted. */
  readonly unknown: number
}

export interface Chain {
  readonly clientId: string
  /** The newest refresh token. */
  token: string
}

/** Everything that is known about what happened, from outside. */
export interface Journal {
  readonly entries: Entry[]
  readonly tasks: StartedTask[]
  readonly told: Told[]
  readonly once: Once[]
  /** Calls that the rate limit let through, by person, and those that it refused. */
  readonly passed: Map<string, Entry[]>
  readonly refused: Map<string, number>
  readonly chains: Chain[]
  /** When an account was linked and used, by its refresh token. */
  readonly links: Map<string, { readonly from: number; readonly to: number }>
  /** What should not be, as it was noticed. */
  readonly wrong: string[]
}

export const newJournal = (): Journal => ({
  entries: [],
  tasks: [],
  told: [],
  once: [],
  passed: new Map(),
  refused: new Map(),
  chains: [],
  links: new Map(),
  wrong: [],
})
