import { after } from './limits.ts'
import type { Principal } from './principal.ts'

/** Runs something when the proof of a caller ends, unless it is stopped before: what was granted until then is not for longer. */
export function whenExpired(principal: Principal | undefined, run: () => void): () => void {
  const expiresAt = principal?.expiresAt
  return expiresAt === undefined ? () => {} : after(Math.max(0, expiresAt - Date.now()), run)
}
