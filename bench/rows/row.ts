import type { Contender } from '../contenders/index.ts'

/** One figure of a row. */
export interface Metric {
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
}

/** How much to spend on one contender in one round. */
export interface Effort {
  /** Longest time to warm up, and the number of calls that is warm enough before. */
  readonly warmMs: number
  readonly warmCalls: number
  readonly runMs: number
  /** Calls of rows that count calls instead of time. */
  readonly calls: number
}

export interface Plan extends Partial<Effort> {
  readonly rounds: number
  /** The row's share of the whole run; what earlier rows leave over is added. */
  readonly seconds: number
  /** Names of the contenders; all that have the form when absent. */
  readonly only?: readonly string[]
}

export type Values = Readonly<Record<string, number>>

/** A group of figures that are taken together, in one fresh process of the contender per round. */
export interface Row {
  readonly name: string
  readonly title: string
  readonly metrics: readonly Metric[]
  readonly takesPart: (contender: Contender) => boolean
  readonly full: Plan
  readonly quick: Plan
  readonly measure: (contender: Contender, effort: Effort) => Promise<Values>
}
