import { cleanClientName } from './client-names.ts'
import { createStamp } from './clock.ts'
import { describeClientId } from './describe-call.ts'
import type { AuditDecision, AuditRecord, AuditType, AuditWho } from './event.ts'
import { createGap } from './gap.ts'
import { createAuditKeys } from './keys.ts'
import { countAlike } from './refusals.ts'
import type { AuditSink } from './sink.ts'
import { createWriter } from './writer.ts'
import { guardLog, type Log, logToStderr } from '../call/index.ts'

/** What an authorization server tells of, such as through `onEvent` of `@hawser/oauth`. Whatever else it carries is not kept. */
export interface IssuerEvent {
  readonly type: string
  /** Milliseconds since 1970; now when left out. */
  readonly at?: number | undefined
  readonly tenant?: string | undefined
  readonly subject?: string | undefined
  readonly clientId?: string | undefined
  /** Kept where `clientKind` says who vouches for it. */
  readonly clientName?: string | undefined
  /** Whether the operator registered the client, a document at the URL that is its id describes it, or it registered itself. */
  readonly clientKind?: 'pre' | 'cimd' | 'dcr' | undefined
  readonly resource?: string | undefined
  readonly grantId?: string | undefined
  readonly grantType?: string | undefined
  /** What was given; of `grant.revoked` what ended. */
  readonly scopes?: readonly string[] | undefined
  /** What was asked for, where it was more. */
  readonly requested?: readonly string[] | undefined
  readonly reason?: string | undefined
}

/** Where the events of an authorization server go. */
export interface AuditEventsOptions {
  readonly sink: AuditSink
  /** The secret of the log: the one that `audit()` has for the same sink. */
  readonly key: string | Uint8Array
  /** Who tells: the URL of the authorization server. */
  readonly issuer?: string | undefined
  /** `required` has an event on record before the promise resolves, and rejects when it cannot be; `best-effort` when left out. */
  readonly mode?: 'best-effort' | 'required' | undefined
  /** Most events that wait for the sink; 10 000 when left out. */
  readonly maxWaiting?: number | undefined
  readonly log?: Log | undefined
}

/** Types that a log knows, and how grave each is. */
const RISK: ReadonlyMap<string, string> = new Map([
  ['token.issued', 'medium'],
  ['token.refreshed', 'low'],
  ['token.refresh_reuse', 'critical'],
  ['code.replayed', 'critical'],
  ['grant.revoked', 'medium'],
  ['consent.shown', 'low'],
  ['consent.approved', 'high'],
  ['consent.denied', 'low'],
  ['client.registered', 'medium'],
  ['client.cimd_changed', 'medium'],
  ['key.rotated', 'medium'],
  ['stepup.challenged', 'low'],
])

/** Words of `@hawser/oauth` that the log has another one for. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([['client.changed', 'client.cimd_changed']])

const EFFECT: ReadonlyMap<string, AuditDecision> = new Map([
  ['consent.approved', { effect: 'allow', reason: 'ok', policyVersion: '1' }],
  ['consent.denied', { effect: 'deny', reason: 'policy', policyVersion: '1' }],
  ['token.issued', { effect: 'allow', reason: 'ok', policyVersion: '1' }],
  ['token.refreshed', { effect: 'allow', reason: 'ok', policyVersion: '1' }],
  ['token.refresh_reuse', { effect: 'deny', reason: 'revoked', policyVersion: '1' }],
  ['code.replayed', { effect: 'deny', reason: 'revoked', policyVersion: '1' }],
  ['grant.revoked', { effect: 'deny', reason: 'revoked', policyVersion: '1' }],
])

const MAX_TEXT = 512
const MAX_SCOPES = 100

/**
 * Keeps what an authorization server tells in the same log as the calls, so that one file says who allowed what, and what was done with
 * it. Only the fields above are kept: no token, code or secret has a place among them. What strangers are refused is told once a
 * second for each type, with how many there were.
 *
 * @example
 * const events = auditEvents({ sink, key, issuer: 'https://notes.example.com' })
 * const oauth = createOAuth({ issuer: 'https://notes.example.com', onEvent: events, … })
 * @throws RangeError for a key of less than 32 bytes.
 */
export function auditEvents(options: AuditEventsOptions): AuditEvents {
  const { sink, key, issuer, mode = 'best-effort', maxWaiting = 10_000 } = options
  const log = guardLog(options.log ?? logToStderr)
  const writer = createWriter({
    sink,
    keys: createAuditKeys(key),
    maxWaiting,
    maxChars: Number.POSITIVE_INFINITY,
    describeGap: (lost) => createGap(lost, issuer ?? 'local'),
    log,
  })
  const alike = countAlike<string>((type, times) => {
    const { op, ...record } = toRecord({ type }, issuer)
    writer.add({ record: { ...record, op: op && { ...op, name: `${op.name}, ${times} more` } } })
  })
  const tell = async (event: IssuerEvent): Promise<void> => {
    if (isOfStrangers(event) && !alike.isFirst(event.type, event.type)) return
    const record = toRecord(event, issuer)
    if (mode === 'required') await writer.write({ record })
    else writer.add({ record })
  }
  const close = async (): Promise<void> => {
    alike.end()
    await writer.close()
  }
  return Object.assign(tell, { close })
}

/** Whoever reaches the server can be refused at any rate; of who holds something it is told which it is. */
const isOfStrangers = ({ type, subject, grantId }: IssuerEvent): boolean =>
  type.endsWith('.refused') && subject === undefined && grantId === undefined

/** Takes what an authorization server tells. */
export interface AuditEvents {
  (event: IssuerEvent): Promise<void>
  /** Writes what waits. */
  readonly close: () => Promise<void>
}

function toRecord(event: IssuerEvent, issuer: string | undefined): AuditRecord {
  const { at = Date.now(), clientName, clientKind, reason } = event
  const type = SYNONYMS.get(event.type) ?? clip(event.type)
  const { id, ts } = createStamp(at)
  const client = describeClientId(event.clientId)
  const granted = list(event.scopes)
  const required = list(event.requested ?? event.scopes)
  const decision = EFFECT.get(type)
  return {
    v: 1,
    id,
    ts,
    // What the log has no word for is kept as an event of the operator.
    type: RISK.has(type) ? (type as AuditType) : `admin.${type}`,
    tenant: clip(event.tenant ?? 'default'),
    who: describeSubject(event, issuer),
    client:
      clientKind === undefined ? client : { ...client, kind: clientKind, name: cleanClientName(clientName ?? '') },
    via: {
      resource: clip(event.resource ?? issuer ?? 'local'),
      transport: 'http',
      protocol: 'oauth',
      requestId: id,
      grant: event.grantId && clip(event.grantId),
    },
    op: { kind: 'auth', name: type, risk: RISK.get(type) ?? 'medium' },
    scope: { required, granted, used: [], missing: required.filter((one) => !granted.includes(one)) },
    decision: decision && (reason === undefined ? decision : { ...decision, rule: clip(reason) }),
  }
}

function describeSubject({ subject, grantType }: IssuerEvent, iss: string | undefined): AuditWho {
  if (subject === undefined) return { kind: 'anonymous' }
  return { sub: clip(subject), iss, kind: grantType === 'client_credentials' ? 'service' : 'user' }
}

const clip = (text: string): string => text.slice(0, MAX_TEXT)
const list = (scopes: readonly string[] = []): readonly string[] => scopes.slice(0, MAX_SCOPES).map(clip)
