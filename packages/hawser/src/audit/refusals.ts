import type { AuthorizationError } from '../call/index.ts'
import { createId, timestamp } from './clock.ts'
import type { AuditDecision, AuditRecord } from './event.ts'

type Code = AuthorizationError['code']

/** Milliseconds in which refusals of one kind are one record: strangers can cause them at any rate. */
const WINDOW = 1_000

/**
 * Tells of requests that were refused before they were calls: of the first at once, and how many there were of the others.
 *
 * @returns Tells what is left.
 */
export function watchRefusals(
  onRefusal: (listener: (error: AuthorizationError) => void) => void,
  tell: (error: AuthorizationError, times: number) => void,
): () => void {
  const counts = new Map<Code, { readonly error: AuthorizationError; times: number }>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = (): void => {
    clearTimeout(timer)
    timer = undefined
    for (const { error, times } of counts.values()) if (times > 0) tell(error, times)
    counts.clear()
  }
  onRefusal((error) => {
    const count = counts.get(error.code)
    if (count !== undefined) count.times++
    else {
      counts.set(error.code, { error, times: 0 })
      tell(error, 1)
    }
    timer ??= setTimeout(end, WINDOW)
  })
  return end
}

/** Why somebody was not let in. */
export function explainRefusal(code: Code, policyVersion: string): AuditDecision {
  if (code === 'insufficient_scope') return { effect: 'challenge', reason: 'scope', policyVersion }
  return { effect: 'challenge', reason: code === 'missing_token' ? 'scope' : 'policy', rule: code, policyVersion }
}

/** Of requests that were refused by their heads nothing is known but how many there were. */
export function describeRefusal(code: Code, times: number, resource: string, policyVersion: string): AuditRecord {
  const id = createId()
  return {
    v: 1,
    id,
    ts: timestamp(),
    type: 'authz.decision',
    tenant: 'default',
    who: { kind: 'anonymous' },
    client: { kind: 'none' },
    via: { resource, transport: 'http', protocol: '', requestId: id },
    op: { kind: 'auth', name: times === 1 ? 'request' : `${times} requests`, risk: 'low' },
    scope: { required: [], granted: [], used: [] },
    decision: explainRefusal(code, policyVersion),
  }
}
