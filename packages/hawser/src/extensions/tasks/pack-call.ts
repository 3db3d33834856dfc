import {
  AuthorizationError,
  type Call,
  ENV,
  type Log,
  ProtocolError,
  type ProtocolErrorCode,
  reportInternal,
  type Reply,
  Values,
} from '../../call/index.ts'

/** What of a call can be copied to another place that serves the same server. Values that interceptors hand on stay behind. */
export type PackedCall = Pick<
  Call,
  'method' | 'params' | 'protocolVersion' | 'clientInfo' | 'clientCapabilities' | 'principal'
>

/** What came of a call there. */
export type PackedReply =
  | { readonly reply: Reply }
  | { readonly refused: Pick<AuthorizationError, 'code' | 'message' | 'scopes' | 'reason'> }
  | {
      readonly failed: {
        readonly code: ProtocolErrorCode
        readonly message: string
        readonly number?: number | undefined
        readonly data?: unknown
      }
    }

export const packCall = ({
  method,
  params,
  protocolVersion,
  clientInfo,
  clientCapabilities,
  principal,
}: Call): PackedCall => ({ method, params, protocolVersion, clientInfo, clientCapabilities, principal })

/** Nobody waits there for what a call says on its way. */
export const unpackCall = (packed: PackedCall, env: unknown): Call => ({
  ...packed,
  values: env === undefined ? new Values() : new Values().set(ENV, env),
  signal: new AbortController().signal,
  notify: () => {},
})

/** Waits for what comes of a call; an error that is for nobody to see is told where it happened. */
export async function packReply(replying: Promise<Reply>, log: Log, { method }: PackedCall): Promise<PackedReply> {
  try {
    return { reply: await replying }
  } catch (error) {
    if (error instanceof AuthorizationError) {
      const { code, message, scopes, reason } = error
      return { refused: { code, message, scopes, reason } }
    }
    if (error instanceof ProtocolError) {
      const { code, message, number, data } = error
      return { failed: { code, message, number, data } }
    }
    return { failed: { code: 'internal_error', message: reportInternal(error, log, { method }) } }
  }
}

/** @throws AuthorizationError, ProtocolError: what the call was answered with. */
export function unpackReply(packed: PackedReply): Reply {
  if ('reply' in packed) return packed.reply
  if ('refused' in packed) {
    const { code, message, scopes, reason } = packed.refused
    throw new AuthorizationError(code, message, scopes, reason)
  }
  const { code, message, number, data } = packed.failed
  throw new ProtocolError(code, message, { number, data })
}
