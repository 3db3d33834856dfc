import {
  AuthorizationError,
  type Call,
  canonicalJson,
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
import { createStamp } from './clock.ts'
import { type Caller, createCallers, verdictText } from './callers.ts'
import { describeOp, traceText } from './describe-call.ts'
import type { DecisionDraft } from './draft.ts'
import type { AuditDecision, AuditOutcome, AuditScope, AuditVia } from './event.ts'
import { createGap } from './gap.ts'
import { describeRefusal, explainRefusal, watchRefusals } from './refusals.ts'
import { createAuditKeys } from './keys.ts'
import type { AuditSink } from './sink.ts'
import { createWriter } from './writer.ts'

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
  readonly start: (server: AuditedServer) => {
    readonly interceptor: Interceptor
    readonly flush: () => Promise<void>
    readonly close: () => Promise<void>
  }
  /** Resolves when the calls that are under way have ended and are written. A server does this when it is closed. */
  readonly close: () => Promise<void>
}

/** UTF-16 units of arguments and records that wait. */
const MAX_CHARS = 33_554_432

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

  const begin = (call: Call, callerOf: ReturnType<typeof createCallers>): Account => {
    const startedAt = performance.now()
    const caller = callerOf(call.principal)
    const { op, args } = describeOp(call)
    const first = createStamp()
    const requestId = first.id
    const text = { tenant: caller.tenant, caller: caller.textFor(call), op, requestId, trace: traceText(call) }
    const argBytes = args === undefined ? '' : `"argBytes":${args.length},`
    const shown = kept.size === 0 ? argBytes : argBytes + redact(call, kept)
    let decided: { readonly id: string; readonly verdict: string } | undefined

    const decide = (verdict: string): DecisionDraft => {
      const { id, ts } = decided === undefined ? first : createStamp()
      decided = { id, verdict }
      return { call: text, verdict, id, ts, args, kept: shown }
    }
    return {
      decide: (decision) => {
        const draft = decide(verdictOf(decision, caller))
        const { effect, risk } = decision
        if (mode === 'best-effort' || effect !== 'allow' || !(risk === 'high' || risk === 'critical'))
          return void writer.add(draft)
        return writer.write(draft).catch((cause: unknown) => {
          const unwritten = { effect: 'deny', reason: 'policy', rule: 'audit', policyVersion } as const
          writer.add(decide(verdictText(unwritten, scopeOf(decision, caller), risk)))
          throw new ProtocolError('unavailable', UNWRITTEN, { cause })
        })
      },
      end: ({ status, errorCode }, error) => {
        // What everybody may have, what does not exist, and what another interceptor refused is not decided by the server.
        if (decided === undefined) writer.add(decide(error === undefined ? caller.free() : judge(error, caller)))
        const { id: decisionId, verdict } = decided!
        const micros = Math.round((performance.now() - startedAt) * 1000)
        const { id, ts } = createStamp()
        writer.add({ call: text, verdict, id, ts, decisionId, status, micros, errorCode })
      },
    }
  }

  /** Of decisions that a server makes again and again for one caller, it hands out one object. */
  const verdicts = new WeakMap<Decision, string>()
  const verdictOf = (decision: Decision, caller: Caller): string => {
    const known = verdicts.get(decision)
    if (known !== undefined) return known
    const verdict = verdictText(explain(decision, policyVersion), scopeOf(decision, caller), decision.risk)
    verdicts.set(decision, verdict)
    return verdict
  }
  const judge = (error: unknown, { granted }: Caller): string => {
    const missing = error instanceof AuthorizationError ? error.scopes : undefined
    const scope = { required: missing ?? NOTHING, granted, used: NOTHING, missing }
    return verdictText(explainError(error, policyVersion), scope, 'low')
  }

  let underWay = 0
  let onIdle = (): void => {}

  const intercept =
    (callerOf: ReturnType<typeof createCallers>): Interceptor =>
    (next) =>
    async (call) => {
      if (!only(call)) return next(call)
      const { decide, end } = begin(call, callerOf)
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
    await writer.close()
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
      const callerOf = createCallers({ resource, transport }, policyVersion)
      return { interceptor: intercept(callerOf), flush: writer.flush, close: closeAll }
    },
    close,
  }
}

const UNWRITTEN = 'What is done here has to be written down first, and that is not possible now. Try again later.'

const NOTHING: readonly never[] = []

/** What is told of one call. */
interface Account {
  readonly decide: Decide
  readonly end: (ended: Ended, error?: unknown) => void
}

/** Several may keep account of one call. */
function both(one: Decide, other: Decide): Decide {
  return async (decision) => void (await Promise.all([one(decision), other(decision)]))
}

/** `"argsRedacted":…,` of the arguments that may be read. */
function redact({ params }: Call, kept: ReadonlyMap<string, ReadonlySet<string>>): string {
  if (!('arguments' in params)) return ''
  const fields = kept.get(params.name)
  if (fields === undefined) return ''
  const shown = Object.entries(params.arguments ?? {}).filter(([name]) => fields.has(name))
  return `"argsRedacted":${canonicalJson(maskSecrets(Object.fromEntries(shown)))},`
}

function scopeOf({ required, used, missing }: Decision, { granted }: Caller): AuditScope {
  return { required, granted, used, missing }
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
