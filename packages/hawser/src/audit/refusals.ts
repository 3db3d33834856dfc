import type { AuthorizationError } from '../call/index.ts'
import { createStamp } from './clock.ts'
import type { AuditDecision, AuditRecord } from './event.ts'

type Code = AuthorizationError['code']

/** Counts what is alike, so that a stranger who causes it at any rate does not fill a log. */
export interface Alike<T> {
  /** Whether this one is to be told; the others are counted. */
  readonly isFirst: (kind: string, item: T) => boolean
  /** Tells what is left. */
  readonly end: () => void
}

/** Milliseconds in which what is of one kind is one record, and another that says how many there were. */
const WINDOW = 1_000
/** Kinds that are told apart; what comes beyond them is counted together. */
const MAX_KINDS = 64

/** @param tellRest Told of the first of a kind, and how many came after it. */
export function countAlike<T>(tellRest: (first: T, times: number) => void): Alike<T> {
  const counts = new Map<string, { readonly item: T; times: number }>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let endsAt = 0
  const end = (): void => {
    clearTimeout(timer)
    timer = undefined
    const ended = [...counts.values()]
    counts.clear()
    for (const { item, times } of ended) if (times > 0) tellRest(item, times)
  }
  return {
    isFirst: (kind, item) => {
      const now = Date.now()
      // In a Worker, a timer that was set by an invocation which has ended never rings.
      if (timer !== undefined && now >= endsAt) end()
      const key = counts.has(kind) || counts.size < MAX_KINDS ? kind : ''
      const count = counts.get(key)
      if (count !== undefined) count.times++
      else counts.set(key, { item, times: 0 })
      if (timer === undefined) {
        timer = setTimeout(end, WINDOW)
        endsAt = now + WINDOW
      }
      return count === undefined
    },
    end,
  }
}

/**
 * Tells of requests that were refused before they were calls: of the first at once, and how many there were of the others.
 *
 * @returns Tells what is left.
 */
export function watchRefusals(
  onRefusal: (listener: (error: AuthorizationError) => void) => void,
  tell: (error: AuthorizationError, times: number) => void,
): () => void {
  const alike = countAlike(tell)
  onRefusal((error) => {
    if (alike.isFirst(error.code, error)) tell(error, 1)
  })
  return alike.end
}

/** Why somebody was not let in. */
export function explainRefusal(code: Code, policyVersion: string): AuditDecision {
  if (code === 'insufficient_scope') return { effect: 'challenge', reason: 'scope', policyVersion }
  return { effect: 'challenge', reason: code === 'missing_token' ? 'scope' : 'policy', rule: code, policyVersion }
}

/** Of requests that were refused by their heads nothing is known but how many there were. */
export function describeRefusal(code: Code, times: number, resource: string, policyVersion: string): AuditRecord {
  const { id, ts } = createStamp()
  return {
    v: 1,
    id,
    ts,
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
