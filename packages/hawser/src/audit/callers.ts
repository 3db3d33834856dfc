import type { Call, Principal } from '../call/index.ts'
import { describeClientId, describeWho, shownName } from './describe-call.ts'
import type { AuditDecision, AuditScope, AuditVia } from './event.ts'
import { clientInOrder, decisionInOrder, scopeInOrder, whoInOrder } from './in-order.ts'

/** Where a server stands. */
export interface Surroundings {
  readonly resource: string
  readonly transport: AuditVia['transport'] | undefined
}

/** Whoever a server was told of, and what of them stands in each record. */
export interface Caller {
  readonly tenant: string
  readonly granted: readonly string[]
  /** What a record says of the caller and the program that they call with; parts of JSON, a line break between two. */
  readonly textFor: (call: Call) => string
  /** The verdict on what everybody may have. */
  readonly free: () => string
}

const ANYBODY = {}
const MAX_SCOPES = 100
/** Most programs of one principal that are remembered, and UTF-16 units of what one says of itself. */
const MAX_PROGRAMS = 16
const MAX_WORDS = 512

/** Remembers what records say of principals for as long as these are there: it is the same for all of their calls. */
export function createCallers(
  surroundings: Surroundings,
  policyVersion: string,
): (principal: Principal | undefined) => Caller {
  const callers = new WeakMap<object, Caller>()
  return (principal) => {
    const known = callers.get(principal ?? ANYBODY)
    if (known !== undefined) return known
    const caller = createCaller(principal, surroundings, policyVersion)
    callers.set(principal ?? ANYBODY, caller)
    return caller
  }
}

function createCaller(
  principal: Principal | undefined,
  { resource, transport }: Surroundings,
  policyVersion: string,
): Caller {
  const { tenant = 'default', grant } = principal ?? {}
  const granted = principal === undefined ? [] : [...principal.scopes].slice(0, MAX_SCOPES)
  const clientId = describeClientId(principal?.clientId)
  // Over HTTP somebody is proven by an issuer, or nobody is.
  const arrived = transport ?? (principal !== undefined && principal.issuer === undefined ? 'stdio' : 'http')
  const who = JSON.stringify(whoInOrder(describeWho(principal)))
  const write = ({ protocolVersion, clientInfo }: Call): string => {
    const info = clientInfo && { name: shownName(clientInfo.name), version: shownName(clientInfo.version) }
    return [
      JSON.stringify(clientInOrder({ ...clientId, info })),
      JSON.stringify(tenant),
      `${grant === undefined ? '' : `"grant":${JSON.stringify(grant)},`}"protocol":${JSON.stringify(shownName(protocolVersion))}`,
      `"resource":${JSON.stringify(resource)}`,
      `"transport":"${arrived}"},"who":${who}}`,
    ].join('\n')
  }
  const programs: { readonly words: readonly (string | undefined)[]; readonly text: string }[] = []
  let free: string | undefined
  return {
    tenant,
    granted,
    textFor: (call) => {
      const { protocolVersion, clientInfo } = call
      const { name, version } = clientInfo ?? {}
      for (const { words, text } of programs)
        if (words[0] === protocolVersion && words[1] === name && words[2] === version) return text
      const text = write(call)
      if (programs.length >= MAX_PROGRAMS) programs.length = 0
      const words = [protocolVersion, name, version]
      if (words.join('').length <= MAX_WORDS) programs.push({ words, text })
      return text
    },
    free: () =>
      (free ??= verdictText(
        { effect: 'allow', reason: 'ok', policyVersion },
        { required: [], granted, used: [], missing: undefined },
        'low',
      )),
  }
}

/** What a record says of a decision, its scopes and their risk; parts of JSON, a line break between two. */
export function verdictText(decision: AuditDecision, scope: AuditScope, risk: string): string {
  return [decisionInOrder(decision), scopeInOrder(scope), risk].map((part) => JSON.stringify(part)).join('\n')
}
