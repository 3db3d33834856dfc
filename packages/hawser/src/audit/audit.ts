import {
  AuthorizationError,
  type Call,
  DECIDE,
  type Decide,
  type Decision,
  guardLog,
  type Interceptor,
  isCallOf,
  type Log,
  logToStderr,
  PROTOCOL_ERRORS,
  ProtocolError,
  type Reply,
} from '../call/index.ts'
import { maskSecrets } from '../interceptors/mask-secrets.ts'
import { createId, timestamp } from './clock.ts'
import { describeClient, describeOp, describeVia, describeWho, type Surroundings } from './describe-call.ts'
import type { AuditDecision, AuditOutcome, AuditScope, AuditVia } from './event.ts'
import { createGap } from './gap.ts'
import { describeRefusal, explainRefusal, watchRefusals } from './refusals.ts'
import { createAuditKeys } from './keys.ts'
import type { AuditSink } from './sink.ts'
import { createWriter, type Draft } from './writer.ts'

/** What is kept of the calls of a server, and where. */
export interface AuditOptions {
  readonly sink: AuditSink
  /** A secret of at least 32 bytes, such as from `openssl rand -base64 48`: of it are made the key of each tenant's arguments, and the one that seals the log. */
  readonly key: string | Uint8Array
  /**
   * `best-effort`, when left out, writes soon after, and goes on when it cannot. `required` has written down that a tool of
   * high or critical risk may run before it does, and refuses what it cannot write.
   */
  readonly mode?: 'best-effort' | 'required' | undefined
  /** The URL that clients know this server by; its name when left out. */
  readonly resource?: string | undefined
  /** How calls arrive, where it cannot be told: over HTTP those that an issuer vouches for, and those of nobody. */
  readonly transport?: AuditVia['transport'] | undefined
  /** Names the rules that decisions were made by; `1` when left out. */
  readonly policyVersion?: string | undefined
  /** Arguments that are kept as they are, by tool or prompt: `{ search: ['query'] }`. What looks like a secret is masked all the same. */
  readonly keep?: Readonly<Record<string, readonly string[]>> | undefined
  /** Which calls are kept; all but `server/discover` when left out. */
  readonly only?: ((call: Call) => boolean) | undefined
  /** Most records that wait for the sink; 10 000 when left out. Beyond it they are counted, and the log says how many. */
  readonly maxWaiting?: number | undefined
  /** Where to say that the sink fails; stderr when left out. */
  readonly log?: Log | undefined
}

/** What an audit may know of the server that it keeps account of. */
interface AuditedServer {
  readonly name: string
  /** Has requests told that were refused before they were calls. */
  readonly onRefusal: (listener: (error: AuthorizationError) => void) => void
}

/** Keeps account of the calls of a server: stands in its `use`, behind `tasks()` and whatever else turns one call into another. */
export interface Audit {
  readonly start: (server: AuditedServer) => { readonly interceptor: Interceptor; readonly close: () => Promise<void> }
  /** Resolves when the calls that are under way have ended and are written. A server does this when it is closed. */
  readonly close: () => Promise<void>
}

/** UTF-16 units of arguments and records that wait. */
const MAX_CHARS = 33_554_432

const MAX_SCOPES = 100

/**
 * Keeps account: one record of each decision, before anything runs, and one of how it ended, linked so that what is changed or
 * taken away afterwards shows. Arguments are kept as a keyed hash alone.
 *
 * @example
 * const server = notes.server({ tools: { search }, use: [audit({ sink: jsonlAudit('audit.jsonl'), key: process.env.AUDIT_KEY })] })
 * @throws RangeError for a key of less than 32 bytes, or a bound below 1. With `required`, calls reject with ProtocolError
 *   `unavailable`, HTTP 503, when they cannot be written down.
 */
export function audit(options: AuditOptions): Audit {
  const { sink, mode = 'best-effort', transport, policyVersion = '1', maxWaiting = 10_000 } = options
  if (!(maxWaiting >= 1)) throw new RangeError(`maxWaiting must be at least 1; it is ${maxWaiting}.`)
  const kept = new Map(Object.entries(options.keep ?? {}).map(([name, fields]) => [name, new Set(fields)]))
  const only = options.only ?? ((call: Call) => !isCallOf(call, 'server/discover'))
  const log = guardLog(options.log ?? logToStderr)
  const writer = createWriter({
    sink,
    keys: createAuditKeys(options.key),
    maxWaiting,
    maxChars: MAX_CHARS,
    describeGap: (lost) => createGap(lost, options.resource ?? 'local'),
    log,
  })

  const begin = (
    call: Call,
    surroundings: Surroundings,
  ): { readonly decide: Decide; readonly end: (ended: Ended, error?: unknown) => void } => {
    const startedAt = performance.now()
    const { kind, name, args } = describeOp(call)
    const { principal } = call
    const tenant = principal?.tenant ?? 'default'
    const who = describeWho(principal)
    const client = describeClient(call)
    const via = describeVia(call, createId(), surroundings)
    const granted = principal === undefined ? NOTHING : [...principal.scopes].slice(0, MAX_SCOPES)
    const argsRedacted = kept.size === 0 ? undefined : redact(call, kept.get(name))
    let decided: { readonly id: string; readonly scope: AuditScope; readonly risk: string } | undefined

    const decide = (decision: AuditDecision, scope: AuditScope, risk: string): Draft => {
      const id = decided === undefined ? via.requestId : createId()
      decided = { id, scope, risk }
      const op = { kind, name, risk, argsRedacted, argBytes: args?.length }
      const type = 'authz.decision'
      return { record: { v: 1, id, ts: timestamp(), type, tenant, who, client, via, op, scope, decision }, args }
    }
    return {
      decide: (decision) => {
        const { required, used, missing, risk, effect } = decision
        const scope = { required, granted, used, missing }
        const draft = decide(explain(decision, policyVersion), scope, risk)
        if (mode === 'best-effort' || effect !== 'allow' || !(risk === 'high' || risk === 'critical'))
          return void writer.add(draft)
        return writer.write(draft).catch((cause: unknown) => {
          writer.add(decide({ effect: 'deny', reason: 'policy', rule: 'audit', policyVersion }, scope, risk))
          throw new ProtocolError('unavailable', UNWRITTEN, { cause })
        })
      },
      end: ({ status, errorCode }, error) => {
        // What everybody may have, what does not exist, and what another interceptor refused is not decided by the server.
        if (decided === undefined) {
          const scopes = error instanceof AuthorizationError ? error.scopes : undefined
          const scope = { required: scopes ?? NOTHING, granted, used: NOTHING, missing: scopes }
          writer.add(decide(explainError(error, policyVersion), scope, 'low'))
        }
        const { id: decisionId, scope, risk } = decided!
        const ms = Math.round((performance.now() - startedAt) * 1000) / 1000
        const outcome = { status, ms, errorCode, decisionId }
        const [id, ts, type, op] = [createId(), timestamp(), 'op.outcome' as const, { kind, name, risk }]
        writer.add({ record: { v: 1, id, ts, type, tenant, who, client, via, op, scope, outcome } })
      },
    }
  }

  let underWay = 0
  let onIdle = (): void => {}

  const intercept =
    (surroundings: Surroundings): Interceptor =>
    (next) =>
    async (call) => {
      if (!only(call)) return next(call)
      const { decide, end } = begin(call, surroundings)
      const others = call.values.get(DECIDE)
      call.values.set(DECIDE, others === undefined ? decide : both(others, decide))
      underWay++
      try {
        const reply = await next(call)
        end(readReply(reply))
        return reply
      } catch (error) {
        end(readError(error, call.signal), error)
        throw error
      } finally {
        if (--underWay === 0) onIdle()
      }
    }
  const close = async (): Promise<void> => {
    const before = onIdle
    if (underWay > 0) await new Promise<void>((resolve) => (onIdle = () => (before(), resolve())))
    await writer.flush()
  }
  return {
    start: ({ name, onRefusal }) => {
      const { resource = name } = options
      const stop = watchRefusals(onRefusal, ({ code }, times) =>
        writer.add({ record: describeRefusal(code, times, resource, policyVersion) }),
      )
      const closeAll = async (): Promise<void> => {
        stop()
        await close()
      }
      return { interceptor: intercept({ resource, transport }), close: closeAll }
    },
    close,
  }
}

const UNWRITTEN = 'What is done here has to be written down first, and that is not possible now. Try again later.'

const NOTHING: readonly never[] = []

/** Several may keep account of one call. */
function both(one: Decide, other: Decide): Decide {
  return async (decision) => void (await Promise.all([one(decision), other(decision)]))
}

/** Of the arguments, those that may be read. */
function redact({ params }: Call, fields: ReadonlySet<string> | undefined): unknown {
  if (fields === undefined || !('arguments' in params)) return undefined
  return maskSecrets(Object.fromEntries(Object.entries(params.arguments ?? {}).filter(([name]) => fields.has(name))))
}

function explain({ effect, reason }: Decision, policyVersion: string): AuditDecision {
  if (reason === 'no_token') return { effect, reason: 'scope', rule: 'missing_token', policyVersion }
  if (reason === 'unavailable') return { effect, reason: 'revoked', rule: reason, policyVersion }
  return { effect, reason, policyVersion }
}

/** The verdict that speaks from an error: most have nothing to do with permission. */
function explainError(error: unknown, policyVersion: string): AuditDecision {
  if (error instanceof AuthorizationError) return explainRefusal(error.code, policyVersion)
  if (error instanceof ProtocolError && error.code === 'too_many_requests')
    return { effect: 'deny', reason: 'rate', policyVersion }
  if (error instanceof ProtocolError && error.code === 'forbidden')
    return { effect: 'deny', reason: 'policy', policyVersion }
  return { effect: 'allow', reason: 'ok', policyVersion }
}

type Ended = Pick<AuditOutcome, 'status' | 'errorCode'>

function readReply(reply: Reply): Ended {
  if ('resultType' in reply && reply.resultType === 'input_required') return { status: 'asked' }
  return { status: 'isError' in reply && reply.isError === true ? 'tool_error' : 'ok' }
}

function readError(error: unknown, signal: AbortSignal): Ended {
  if (error instanceof AuthorizationError) {
    const { number } = PROTOCOL_ERRORS[error.code === 'insufficient_scope' ? 'forbidden' : 'unauthorized']
    return { status: 'protocol_error', errorCode: number }
  }
  if (signal.aborted) return { status: 'aborted' }
  if (error instanceof ProtocolError) return { status: 'protocol_error', errorCode: error.number }
  return { status: 'exception' }
}
