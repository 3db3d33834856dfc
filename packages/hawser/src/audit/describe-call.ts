import { type Call, canonicalJson, isCallOf, type Principal } from '../call/index.ts'
import { maskText } from '../interceptors/mask-secrets.ts'
import { targetOf } from '../interceptors/target.ts'
import type { AuditClient, AuditOp, AuditWho } from './event.ts'

/** Characters of a name that is remembered. */
const MAX_NAME = 256

/** Of what an issuer chose, and which is kept as it is, since it tells one from another. */
const MAX_ID = 512

const ANONYMOUS: AuditWho = { kind: 'anonymous' }

export function describeWho(principal: Principal | undefined): AuditWho {
  if (principal === undefined) return ANONYMOUS
  const { subject, issuer, clientId } = principal
  // With client credentials a program acts for itself. (RFC 9068 §2.2)
  return { sub: subject.slice(0, MAX_ID), iss: issuer, kind: subject === clientId ? 'service' : 'user' }
}

/** An id that is a URL names the document of its client; whether another was registered by hand, only the issuer knows. */
export function describeClientId(id: string | undefined): AuditClient {
  if (id === undefined) return { kind: 'none' }
  const host = id.startsWith('https://') && URL.canParse(id) ? new URL(id).host : undefined
  return { id: id.slice(0, MAX_ID), kind: host === undefined ? 'pre' : 'cimd', host }
}

/** What a call is about, as it stands in a record, and its arguments as canonical JSON. */
export interface OpText {
  /** `"kind":…,"name":…,` */
  readonly op: string
  readonly args: string | undefined
}

export function describeOp(call: Call): OpText {
  if (isCallOf(call, 'tools/call')) return write('tool', call.params.name, call.params.arguments)
  if (isCallOf(call, 'prompts/get')) return write('prompt', call.params.name, call.params.arguments)
  if (isCallOf(call, 'completion/complete')) {
    const { ref, argument } = call.params
    return ref.type === 'ref/prompt' ? write('prompt', ref.name, argument) : write('resource', ref.uri, argument)
  }
  const target = targetOf(call)
  if (target !== undefined && 'uri' in call.params) return write('resource', target, undefined)
  // Methods of extensions that steer tools, such as those of tasks, go by their own name.
  return write(call.method.startsWith('tasks/') ? 'tool' : 'list', call.method, undefined)
}

function write(kind: AuditOp['kind'], name: string, args: unknown): OpText {
  return { op: opText(kind, name), args: args === undefined ? undefined : writeArgs(args) }
}

/** Names come again and again, and looking for secrets in them takes longer than all the rest. */
const ops = new Map<AuditOp['kind'], Map<string, string>>()
const MAX_OPS = 1_000

function opText(kind: AuditOp['kind'], name: string): string {
  let known = ops.get(kind)
  if (known === undefined) ops.set(kind, (known = new Map()))
  const text = known.get(name)
  if (text !== undefined) return text
  const made = `"kind":"${kind}","name":${JSON.stringify(shownName(name))},`
  if (known.size >= MAX_OPS) known.clear()
  if (name.length <= MAX_NAME) known.set(name, made)
  return made
}

/** What cannot be written, such as what is nested without end, has no hash. */
function writeArgs(args: unknown): string | undefined {
  try {
    return canonicalJson(args)
  } catch {
    return undefined
  }
}

/** `,"trace":…` of the trace that a call belongs to. (W3C Trace Context §3.2) */
export function traceText({ params }: Call): string {
  const traceparent = params._meta?.traceparent
  if (typeof traceparent !== 'string') return ''
  const trace = /^[\da-f]{2}-([\da-f]{32})-/.exec(traceparent)?.[1]
  return trace === undefined ? '' : `,"trace":"${trace}"`
}

/** A name that strangers chose: cut, and without what looks like a secret. */
export const shownName = maskText
