import {
  AuthorizationError,
  type Call,
  ConnectionError,
  guardLog,
  type Interceptor,
  type Log,
  logToStderr,
  ProtocolError,
  type Reply,
} from '../call/index.ts'
import { maskSecrets, maskText } from './mask-secrets.ts'
import { targetOf } from './target.ts'

/** What may be said about a log of calls. */
export interface LogOptions {
  /** Where to write; one line of JSON on stderr for each call when left out. */
  readonly log?: Log | undefined
  /** Whether to write down arguments, masked as `maskSecrets` does. They are the caller's data: false when left out. */
  readonly arguments?: boolean | undefined
}

/** How a call ended, and how serious that is for the operator. */
interface Outcome {
  readonly level: 'info' | 'warn' | 'error'
  /** `asked` waits for a person, `failed` is a tool's own failure, `refused` and `lost` came instead of an answer. */
  readonly message: 'answered' | 'asked' | 'failed' | 'refused' | 'lost' | 'broke'
  readonly code?: string
}

/**
 * Writes a line about each call when it is over: method, tool or resource, who called, how it ended, and after how many
 * milliseconds. A subscription has a line when it begins as well. Arguments and results are left out, and what looks like a
 * secret in a URI is masked.
 *
 * @example
 * const server = notes.server({ tools: { search }, use: [log()] })
 * // {"time":"…","level":"info","message":"answered","method":"tools/call","name":"search","details":{"ms":12,"caller":"ada"}}
 */
export function log(options: LogOptions = {}): Interceptor {
  const write = guardLog(options.log ?? logToStderr)
  return (next) => async (call) => {
    const startedAt = performance.now()
    const note = ({ level, message, code }: Outcome | { level: 'info'; message: 'began'; code?: undefined }): void => {
      const name = targetOf(call)
      write({
        level,
        message,
        method: call.method.slice(0, MAX_METHOD),
        ...(name !== undefined && { name: maskText(name) }),
        details: {
          ...(message !== 'began' && { ms: Math.round((performance.now() - startedAt) * 10) / 10 }),
          ...(code !== undefined && { code }),
          ...describe(call),
          ...(options.arguments === true &&
            'arguments' in call.params && { arguments: maskSecrets(call.params.arguments) }),
        },
      })
    }
    if (call.method === 'subscriptions/listen') note({ level: 'info', message: 'began' })
    try {
      const reply = await next(call)
      note(readReply(reply))
      return reply
    } catch (error) {
      note(readError(error))
      throw error
    }
  }
}

/** Strangers choose methods. */
const MAX_METHOD = 128

/** Who called, and the trace that it belongs to. (W3C Trace Context §3.2.2) */
function describe({ principal, clientInfo, params }: Call): { readonly [name: string]: unknown } {
  const { traceparent } = params._meta ?? {}
  const traceId = typeof traceparent === 'string' ? /^[\da-f]{2}-([\da-f]{32})-/.exec(traceparent)?.[1] : undefined
  return {
    ...(principal !== undefined && { caller: maskText(principal.subject) }),
    ...(clientInfo !== undefined && { client: maskText(`${clientInfo.name} ${clientInfo.version}`) }),
    ...(traceId !== undefined && { traceId }),
  }
}

function readReply(reply: Reply): Outcome {
  if ('resultType' in reply && reply.resultType === 'input_required') return { level: 'info', message: 'asked' }
  const hasFailed = 'isError' in reply && reply.isError === true
  return hasFailed ? { level: 'warn', message: 'failed' } : { level: 'info', message: 'answered' }
}

function readError(error: unknown): Outcome {
  if (error instanceof ProtocolError || error instanceof AuthorizationError)
    return { level: 'warn', message: 'refused', code: error.code }
  if (error instanceof ConnectionError) return { level: 'warn', message: 'lost', code: error.code }
  return { level: 'error', message: 'broke' }
}
