import { type Principal, tokenKey } from '../call/index.ts'

/** Callers for whom something is kept where mounts tell them apart; the one that called longest ago goes first. */
export const MAX_CALLERS = 256

/** Tells callers apart, and the tokens of one: each may allow something else, and ends or is revoked by itself. */
export function callerKey(caller: Principal | undefined): string {
  return caller === undefined ? '' : tokenKey(caller)
}
