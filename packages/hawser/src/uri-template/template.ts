/** A parsed template. Data only: `expand` reads `parts`, `match` reads `pattern`. */
export interface UriTemplate {
  readonly text: string
  /** Names in the order of their first appearance, each once. */
  readonly variables: readonly string[]
  readonly parts: readonly Part[]
  /** Present when the template can be matched. */
  readonly pattern?: Pattern
  /** Present when it cannot: the reason, and what to write instead. */
  readonly unmatchable?: string
}

/** A literal, already encoded for a URI, or an expression. */
export type Part = string | Expression

export interface Expression {
  /** One of `+ # . / ; ? &`, or empty for simple expansion. */
  readonly operator: string
  /** What the expansion starts with when any of its variables is defined. */
  readonly first: string
  readonly separator: string
  readonly variables: readonly Variable[]
}

export interface Variable {
  readonly name: string
  /** The most characters of the value that are used: `{name:3}`. */
  readonly prefix?: number
  /** `{name*}` */
  readonly explode: boolean
}

/** `head`, slots with text between them, `tail`. Nothing is tried twice. */
export interface Pattern {
  readonly head: string
  /** Cut off first, in this order: those before `middle` from the start, those after it from the end. */
  readonly ends: readonly Slot[]
  /** Takes what remains: the one slot that may hold `/`, or else the first. */
  readonly middle?: Slot
  readonly tail: string
  /** Variables of `{?…}` and `{&…}`: optional, in any order. */
  readonly named?: ReadonlyMap<string, Slot>
  /** Higher is more specific, compared from the left. */
  readonly rank: readonly number[]
}

/** The place of one value. */
export interface Slot extends Variable {
  /** The text that ends the value, or comes before it when it is cut `fromEnd`. */
  readonly literal: string
  readonly fromEnd?: boolean
  /** Characters that the undecoded value may not hold. */
  readonly stop?: RegExp
  /** The fewest characters. */
  readonly least: number
  /** What separates the items of an exploded value. */
  readonly split?: string
  /** `{;name}`: a value that is not empty follows an `=`. */
  readonly matrix?: boolean
}
