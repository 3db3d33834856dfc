import { callerId, type Principal } from '../call/index.ts'

/** Callers for whom something is kept where mounts tell them apart; the one that called longest ago goes first. */
export const MAX_CALLERS = 256

/** Tells callers apart. Two tokens of one person may allow different things. */
export function callerKey(caller: Principal | undefined): string {
  return caller === undefined ? '' : JSON.stringify([callerId(caller), ...[...caller.scopes].toSorted()])
}
