import {
  AuthorizationError,
  type Call,
  canonicalJson,
  ConnectionError,
  type Link,
  type Log,
  logToStderr,
  markReceived,
  pause,
  PROTOCOL_ERRORS,
  ProtocolError,
  type ProtocolErrorCode,
  type Reply,
  toAbortError,
  ToolError,
  untilAborted,
} from '../call/index.ts'
import { isObject, type Notification } from '../protocol/index.ts'
import { type Comparable, comparable, differences } from './compare-calls.ts'
import { parseTrace, type Trace, type TracedCall } from './parse-trace.ts'
import { createLabels } from './recording.ts'
import { createRedact, type RedactOptions } from './redact.ts'
import type { TracedError } from './trace-format.ts'

/** How a trace is played. */
export interface ReplayOptions extends RedactOptions {
  /**
   * `strict` takes the calls in their recorded order only. `match`, the default, takes them in any order; what can be asked
   * again without changing anything, such as lists, may be asked more often than it was.
   */
  readonly mode?: 'strict' | 'match' | undefined
  /** Whether notifications and answers come as late as they were recorded; at once when left out. */
  readonly timing?: boolean | undefined
  /** Told what is wrong with the file; stderr when left out. */
  readonly log?: Log | undefined
}

/** A way to what was recorded. */
export interface Replay extends Link {
  readonly trace: Trace
  /** Recorded calls that nobody has made yet. */
  readonly unused: () => readonly TracedCall[]
}

/**
 * A call was made that was not recorded. The message says what differs from the nearest one that was.
 *
 * @example
 * await expect(notes.tools.search({ query: 'storm' })).rejects.toThrow(ReplayError)
 */
export class ReplayError extends Error {
  override readonly name = 'ReplayError'
}

/** Asked again, these give the same answer. */
const REPEATABLE: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
])

/**
 * Answers as it was recorded: a link for `connect`, for `mount`, or for a service. Calls are told apart by method and params,
 * without `_meta`, after the same secrets have been taken out of them.
 *
 * @param trace The text of a trace file, or what `parseTrace` made of it.
 * @throws TypeError when it is no trace. Calls reject with `ReplayError` when they were not recorded, else with what was recorded.
 * @example
 * const recorded = replay(await readFile('bug.jsonl', 'utf8'))
 * await using notes = await connect<typeof server>(recorded)
 * expect(await notes.tools.search({ query: 'tide' })).toEqual({ hits: [] })
 */
export function replay(trace: string | Trace, options: ReplayOptions = {}): Replay {
  const { mode = 'match', timing = false, log = logToStderr } = options
  const read = typeof trace === 'string' ? parseTrace(trace) : trace
  for (const message of read.warnings) log({ level: 'warn', message })
  const redact = createRedact(options)
  const label = createLabels()
  const used = new Set<number>()

  /** As it would be written now. */
  const asWritten = ({ method, params }: Pick<Call | TracedCall, 'method' | 'params'>): Comparable => {
    const written = label(redact({ call: { method, params: JSON.parse(JSON.stringify(params)) as unknown } }))
    const call = isObject(written) ? written['call'] : undefined
    const made = isObject(call) ? call['params'] : undefined
    return comparable({ method, params: isObject(made) ? made : {} })
  }
  // Written at another time, and by other rules of what is secret.
  const recorded = read.calls.map(asWritten)
  const keys = recorded.map(canonicalJson)

  const take = (call: Call): TracedCall => {
    const made = asWritten(call)
    const key = canonicalJson(made)
    const next = keys.findIndex((_, index) => !used.has(index))
    const index =
      mode === 'strict' ? (keys[next] === key ? next : -1) : keys.findIndex((each, at) => each === key && !used.has(at))
    const again = index < 0 && mode === 'match' && REPEATABLE.has(call.method) ? keys.lastIndexOf(key) : index
    const found = read.calls[again]
    if (found === undefined) throw mismatch(made, mode === 'strict' ? next : undefined)
    used.add(again)
    return found
  }

  const mismatch = (made: Comparable, next: number | undefined): ReplayError => {
    if (next !== undefined) {
      const expected = recorded[next]
      if (expected === undefined)
        return new ReplayError(`${made.method} was called after the last of ${keys.length} recorded calls.`)
      return new ReplayError(
        `Call ${next + 1} is not the one that was recorded.\n${differences(expected, made).join('\n')}`,
      )
    }
    const text = canonicalJson(made)
    const times = keys.filter((key) => key === text).length
    if (times > 0)
      return new ReplayError(
        `${made.method} was recorded ${times === 1 ? 'once' : `${times} times`} with these params, and is called once more.`,
      )
    const nearest = recorded
      .map((call, index) => ({ index, method: call.method, found: differences(call, made) }))
      .filter(({ method }) => method === made.method)
      .toSorted((a, b) => a.found.length - b.found.length)[0]
    if (nearest === undefined) return new ReplayError(`${made.method} was never recorded.`)
    return new ReplayError(
      `${made.method} was not recorded with these params. Call ${nearest.index + 1} is the nearest:\n${nearest.found.join('\n')}`,
    )
  }

  return {
    trace: read,
    unused: () => read.calls.filter((_, index) => !used.has(index)),
    handle: async (call) => play(take(call), call, timing),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Plays one call: its notifications, then its end. What had no end stays open until the caller leaves. */
async function play(recorded: TracedCall, call: Call, timing: boolean): Promise<Reply> {
  const { signal } = call
  let now = recorded.at
  const waitUntil = async (at: number): Promise<void> => {
    const ms = timing ? Math.max(0, at - now) : 0
    now = at
    if (ms > 0) await pause(ms, signal)
    if (signal.aborted) throw toAbortError(signal.reason)
  }
  if (recorded.isOmitted) throw new ReplayError('A part of this call was too large to be recorded.')
  for (const { at, method, params } of recorded.notifications) {
    await waitUntil(at)
    const notification = withToken(method, params, call)
    if (notification !== undefined) call.notify(notification)
  }
  const { reply, error, endedAt, isAborted } = recorded
  if (reply !== undefined) {
    await waitUntil(endedAt ?? now)
    return JSON.parse(JSON.stringify(reply)) as Reply
  }
  if (error !== undefined && !isAborted) {
    await waitUntil(endedAt ?? now)
    throw makeError(error)
  }
  if (!isAborted && recorded.method !== 'subscriptions/listen') {
    throw new ConnectionError('disconnected', 'The recording ends before this call was answered.')
  }
  return untilAborted(signal, new Promise<never>(() => {}))
}

/** Progress goes by the token of the caller of today. */
function withToken(method: string, params: { readonly [name: string]: unknown }, call: Call): Notification | undefined {
  const copy = JSON.parse(JSON.stringify(params)) as { readonly [name: string]: unknown }
  if (method !== 'notifications/progress') return { method, params: copy } as unknown as Notification
  const progressToken = call.params._meta?.progressToken
  return progressToken === undefined
    ? undefined
    : ({ method, params: { ...copy, progressToken } } as unknown as Notification)
}

function makeError({ type, code, number, message, data, scopes = [] }: TracedError): Error {
  switch (type) {
    case 'ProtocolError': {
      const known: ProtocolErrorCode =
        code !== undefined && Object.hasOwn(PROTOCOL_ERRORS, code) ? (code as ProtocolErrorCode) : 'other'
      return markReceived(new ProtocolError(known, message, { data, number }))
    }
    case 'AuthorizationError': {
      const known = code === 'invalid_token' || code === 'insufficient_scope' ? code : 'missing_token'
      return markReceived(new AuthorizationError(known, message, scopes))
    }
    case 'ConnectionError': {
      const known =
        code === 'timeout' ||
        code === 'aborted' ||
        code === 'bad_reply' ||
        code === 'too_many_rounds' ||
        code === 'unavailable'
          ? code
          : 'disconnected'
      return new ConnectionError(known, message)
    }
    case 'ToolError':
      return new ToolError(message)
    case 'Error':
      return new Error(message)
  }
}
