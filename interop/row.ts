import type { Driver } from './drivers/driver.ts'
import type { Menu } from './menu.ts'
import type { Part } from './pending.ts'

/** The columns of the matrix, in the order in which they are tried. */
export const CHECKS = ['tools', 'call', 'read', 'prompt', 'ask', 'progress', 'cancel'] as const
export type Check = (typeof CHECKS)[number]

/** One line of the matrix: a pair of peers over one transport. */
export interface Row {
  readonly peer: string
  readonly transport: string
  /** The revision that the two must agree on. */
  readonly revision: string
  readonly menu: Menu
  /** What the peer cannot do, with the reason. Everything else must work. */
  readonly cannot?: Partial<Readonly<Record<Check, string>>>
  /** The part of Hawser without which nothing of this can work. */
  readonly needs?: Part
  readonly open: () => Promise<Driver>
}

export interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

/** What came of one cell. */
export type Outcome =
  | { readonly state: 'ok' }
  | { readonly state: 'cannot'; readonly reason: string }
  | { readonly state: 'failed'; readonly error: string }

export interface RowResult {
  readonly row: Row
  readonly cells: Readonly<Record<Check, Outcome>>
}
