import type { Visit } from './visit.ts'

/** How well something stands: `note` is worth knowing, `bad` stops clients or lets in who should not be. */
export type Verdict = 'good' | 'note' | 'bad' | 'skipped'

/** What was found, and for what is not good its cause and what to do. Text of strangers in it is not clean yet. */
export interface Finding {
  readonly verdict: Verdict
  readonly found: string
  readonly cause?: string
  readonly fix?: string
  /** What need not be looked at any more: everything that comes after, or what a server says once it is reached. */
  readonly shuts?: 'all' | 'talking'
}

/** One way in which deployed servers fail. */
export interface Check {
  /** For programs; it does not change. */
  readonly id: string
  /** For people, a few words. */
  readonly title: string
  /** Looks, and resolves to what it found. It may reject: then nobody answered. */
  readonly look: (visit: Visit) => Promise<Finding | readonly Finding[]>
}

/** A check with what it found. */
export interface Examined {
  readonly id: string
  readonly title: string
  readonly findings: readonly Finding[]
}

export const good = (found: string): Finding => ({ verdict: 'good', found })
export const skipped = (found: string): Finding => ({ verdict: 'skipped', found })
export const note = (found: string, cause: string, fix: string): Finding => ({ verdict: 'note', found, cause, fix })
export const bad = (found: string, cause: string, fix: string): Finding => ({ verdict: 'bad', found, cause, fix })
