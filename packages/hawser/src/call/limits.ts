import { createValueKey, type ValueKey } from './values.ts'

/** How long a request may take. */
export interface Limits {
  /** Milliseconds without an answer or a sign of progress; a minute when left out. */
  readonly timeout?: number
  /** Milliseconds in all, whatever progress is reported; ten minutes when left out. */
  readonly maxTimeout?: number
}

/** Set by clients, so that interceptors know how much time there is; left unset for what has no end, such as a subscription. */
export const LIMITS: ValueKey<Required<Limits> | undefined> = createValueKey<Required<Limits> | undefined>(
  'limits',
  undefined,
)

/**
 * Stops the time of a call while a person does something that it waits for, such as signing in; what it returns lets the time begin
 * anew.
 */
export const HOLD: ValueKey<(() => () => void) | undefined> = createValueKey<(() => () => void) | undefined>(
  'hold',
  undefined,
)

/** The longest wait that timers know: 2³¹ − 1 ms. Beyond it they fire at once. */
const FOREVER = 2_147_483_647

/** Runs something later unless it is stopped by the function that this returns. */
export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, Math.min(ms, FOREVER))
  return () => clearTimeout(timer)
}
