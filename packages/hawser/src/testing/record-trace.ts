import { ConnectionError, type Interceptor, ProtocolError } from '../call/index.ts'
import type { Method } from '../protocol/index.ts'
import { observeCalls } from './observe-calls.ts'

type Fields = { readonly [name: string]: unknown }

/** One request and what came of it, without whatever differs from run to run: ids, envelopes, sealed state, references. */
export interface TraceEntry {
  readonly method: Method
  readonly params: Fields
  readonly notifications?: readonly { readonly method: string; readonly params: Fields }[]
  /** Missing while there is no answer. */
  readonly reply?: Fields
  readonly error?: { readonly code?: string; readonly message: string }
}

type Draft = { -readonly [K in keyof TraceEntry]: TraceEntry[K] } & {
  notifications?: { method: string; params: Fields }[]
}

const SEALED = '(sealed)'

/** Writes every request into `trace`, in the order of sending. */
export function recordTrace(trace: TraceEntry[]): Interceptor {
  const open = new Map<number, Draft>()
  return observeCalls((event) => {
    if (event.kind === 'call') {
      const entry: Draft = { method: event.call.method, params: strip(event.call.params) }
      open.set(event.id, entry)
      trace.push(entry)
      return
    }
    const entry = open.get(event.id)
    if (entry === undefined) return
    if (event.kind === 'notify') {
      const { method, params = {} } = event.notification
      entry.notifications ??= []
      entry.notifications.push({ method, params: strip(params) })
      return
    }
    if (event.kind === 'reply') entry.reply = strip(event.reply)
    else entry.error = describe(event.error)
    open.delete(event.id)
  })
}

function describe(error: unknown): NonNullable<TraceEntry['error']> {
  const message = hideReference(error instanceof Error ? error.message : String(error))
  return error instanceof ProtocolError || error instanceof ConnectionError
    ? { code: error.code, message }
    : { message }
}

function strip(value: object): Fields {
  const {
    _meta: _,
    progressToken: __,
    requestState,
    ...rest
  } = JSON.parse(hideReference(JSON.stringify(value))) as Fields
  return requestState === undefined ? rest : { ...rest, requestState: SEALED }
}

/** The reference of an internal error is random. */
function hideReference(text: string): string {
  return text.replaceAll(/\(ref [0-9A-Z]+\)/g, '(ref …)')
}
