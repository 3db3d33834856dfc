import { type Call, canonicalJson, isCallOf, type Principal } from '../call/index.ts'
import { maskText } from '../interceptors/mask-secrets.ts'
import { targetOf } from '../interceptors/target.ts'
import type { AuditClient, AuditOp, AuditVia, AuditWho } from './event.ts'

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

export function describeClient({ principal, clientInfo }: Call): AuditClient {
  const id = principal?.clientId
  const info = clientInfo && { name: clip(clientInfo.name), version: clip(clientInfo.version) }
  return { ...describeClientId(id), info }
}

/** An id that is a URL names the document of its client; whether another was registered by hand, only the issuer knows. */
export function describeClientId(id: string | undefined): AuditClient {
  if (id === undefined) return { kind: 'none' }
  const host = id.startsWith('https://') && URL.canParse(id) ? new URL(id).host : undefined
  return { id: id.slice(0, MAX_ID), kind: host === undefined ? 'pre' : 'cimd', host }
}

export interface Surroundings {
  readonly resource: string
  readonly transport: AuditVia['transport'] | undefined
}

export function describeVia(call: Call, requestId: string, { resource, transport }: Surroundings): AuditVia {
  const { principal, protocolVersion, params } = call
  const { traceparent } = params._meta ?? {}
  return {
    resource,
    // Over HTTP somebody is proven by an issuer, or nobody is.
    transport: transport ?? (principal !== undefined && principal.issuer === undefined ? 'stdio' : 'http'),
    protocol: clip(protocolVersion),
    requestId,
    trace: typeof traceparent === 'string' ? /^[\da-f]{2}-([\da-f]{32})-/.exec(traceparent)?.[1] : undefined,
    grant: principal?.grant,
  }
}

/** What a call is about, and its arguments as canonical JSON. */
export function describeOp(call: Call): Pick<AuditOp, 'kind' | 'name'> & { readonly args: string | undefined } {
  if (isCallOf(call, 'tools/call'))
    return { kind: 'tool', name: clip(call.params.name), args: write(call.params.arguments) }
  if (isCallOf(call, 'prompts/get'))
    return { kind: 'prompt', name: clip(call.params.name), args: write(call.params.arguments) }
  if (isCallOf(call, 'completion/complete')) {
    const { ref, argument } = call.params
    const isPrompt = ref.type === 'ref/prompt'
    const name = clip(isPrompt ? ref.name : ref.uri)
    return { kind: isPrompt ? 'prompt' : 'resource', name, args: write(argument) }
  }
  const target = targetOf(call)
  if (target !== undefined && 'uri' in call.params) return { kind: 'resource', name: clip(target), args: undefined }
  // Methods of extensions that steer tools, such as those of tasks, go by their own name.
  return { kind: call.method.startsWith('tasks/') ? 'tool' : 'list', name: clip(call.method), args: undefined }
}

/** What cannot be written, such as what is nested without end, has no hash. */
function write(args: unknown): string | undefined {
  if (args === undefined) return undefined
  try {
    return canonicalJson(args)
  } catch {
    return undefined
  }
}

/** Names come again and again, and looking for secrets in them takes longer than all the rest. */
const masked = new Map<string, string>()
const MAX_MASKED = 1_000

/** A name that strangers chose: cut, and without what looks like a secret. */
function clip(text: string): string {
  const known = masked.get(text)
  if (known !== undefined) return known
  const shown = maskText(text)
  if (masked.size >= MAX_MASKED) masked.clear()
  if (text.length <= MAX_NAME) masked.set(text, shown)
  return shown
}
