import {
  backoff,
  type Call,
  ConnectionError,
  type Interceptor,
  isCallOf,
  LIMITS,
  pause,
  ProtocolError,
  retryAfterOf,
  toolsOf,
} from '../call/index.ts'
import type { Method, ToolListing } from '../protocol/index.ts'

/** When and how often a call is sent again. */
export interface RetryOptions {
  /** How often a call is sent in all; 3 when left out. */
  readonly attempts?: number | undefined
  /** Milliseconds before the second attempt, 200 when left out; twice as long before each further one. */
  readonly firstDelay?: number | undefined
  /** Most milliseconds before any attempt, unless the server asks for more; 5000 when left out. */
  readonly longestDelay?: number | undefined
  /** Says of a tool call that it may be sent twice, where the server does not say so itself. */
  readonly isSafe?: ((call: Call<'tools/call'>) => boolean) | undefined
}

/** Methods that change nothing. A subscription is opened again by the client itself. */
const READS: ReadonlySet<Method> = new Set<Method>([
  'server/discover',
  'tools/list',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
])

/** Names of tools that are remembered as safe. */
const MAX_TOOLS = 10_000

/**
 * Sends a call again when the connection failed or the server is overloaded, with growing and random pauses, and not before
 * the time that the server names. It does so for what changes nothing, and for tools that their server lists – in a list that
 * passed by – as read-only or idempotent; a call that the server refused as one too many was not begun, so it may be any. The
 * call's own `maxTimeout` and signal hold for all attempts together: when the next one would be too late, the call fails at
 * once.
 *
 * @example await using notes = await connect('https://notes.example.com/mcp', { use: [retry({ attempts: 5 })] })
 * @throws RangeError unless `attempts` is at least 1. Calls reject with what the last attempt failed with.
 */
export function retry(options: RetryOptions = {}): Interceptor {
  const { attempts = 3, firstDelay = 200, longestDelay = 5_000, isSafe } = options
  if (!(attempts >= 1)) throw new RangeError(`retry takes at least 1 for attempts; it got ${attempts}.`)

  return (next) => {
    const safeTools = new Set<string>()

    const learn = (tools: readonly ToolListing[]): void => {
      for (const { name, annotations } of tools) {
        // Some servers write null for what they do not have.
        const { readOnlyHint, idempotentHint } = annotations ?? {}
        if (readOnlyHint !== true && idempotentHint !== true) safeTools.delete(name)
        else if (safeTools.size < MAX_TOOLS) safeTools.add(name)
      }
    }

    const mayRepeat = (call: Call, error: unknown): boolean => {
      if (error instanceof ProtocolError) return error.code === 'too_many_requests' && call.method !== LISTEN
      if (!(error instanceof ConnectionError) || (error.code !== 'disconnected' && error.code !== 'unavailable'))
        return false
      if (!isCallOf(call, 'tools/call')) return READS.has(call.method)
      return safeTools.has(call.params.name) || isSafe?.(call) === true
    }

    return async (call) => {
      const limit = call.values.get(LIMITS)?.maxTimeout ?? Infinity
      const startedAt = performance.now()
      for (let failures = 1; ; failures++) {
        try {
          const reply = await next(call)
          if (call.method === 'tools/list') learn(toolsOf(reply) ?? [])
          return reply
        } catch (error) {
          if (failures >= attempts || call.signal.aborted || !mayRepeat(call, error)) throw error
          const delay = Math.max(
            backoff({ first: firstDelay, longest: longestDelay }, failures),
            retryAfterOf(error) ?? 0,
          )
          if (performance.now() - startedAt + delay >= limit) throw error
          await pause(delay, call.signal)
        }
      }
    }
  }
}

const LISTEN: Method = 'subscriptions/listen'
