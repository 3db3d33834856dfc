import { createValueKey, type ValueKey } from './values.ts'

/** How much harm a permission does in the wrong hands, from least to most. */
export const RISKS = ['low', 'medium', 'high', 'critical'] as const
export type Risk = (typeof RISKS)[number]

/** Whether a call may reach what it names, and why. */
export interface Decision {
  /** After a `challenge` the caller can come back with a new grant; after `deny` no grant would help. */
  readonly effect: 'allow' | 'deny' | 'challenge'
  readonly reason: 'ok' | 'no_token' | 'scope' | 'policy' | 'revoked' | 'unavailable'
  /** What the item asks for. */
  readonly required: readonly string[]
  /** All that the caller holds. */
  readonly granted: readonly string[]
  /** What the caller holds of it and the call takes: the scopes required, or those that imply them. */
  readonly used: readonly string[]
  readonly missing: readonly string[]
  /** The highest of the scopes required. */
  readonly risk: Risk
}

/** Is told of a decision. When it throws or rejects, nothing runs. */
export type Decide = (decision: Decision) => void | Promise<void>

/** The scopes that a call took, where its arguments chose them: set when it was let in. */
export const ADMITTED: ValueKey<readonly string[] | undefined> = /* @__PURE__ */ createValueKey<
  readonly string[] | undefined
>('admitted', undefined)

/** Set by whoever keeps account of what callers may do. A server calls it when it knows the item, before anything runs. */
export const DECIDE: ValueKey<Decide | undefined> = /* @__PURE__ */ createValueKey<Decide | undefined>(
  'decide',
  undefined,
)
