import type { AuditClient, AuditDecision, AuditRecord, AuditScope, AuditWho } from './event.ts'

// Members stand in the order of their names, so that `JSON.stringify` writes canonical JSON, in a sixth of the time. (RFC 8785)

/** Three objects: what stands before the link to the record before, what between that and the number, and what behind. */
export function inOrder(record: AuditRecord): {
  readonly before: object
  readonly between: object
  readonly behind: object
} {
  const { client, decision, id, op, outcome, scope, tenant, ts, type, v, via, who } = record
  return {
    before: {
      client: clientInOrder(client),
      decision: decision && decisionInOrder(decision),
      id,
      op: op && {
        argBytes: op.argBytes,
        argsHash: op.argsHash,
        argsRedacted: op.argsRedacted,
        kind: op.kind,
        name: op.name,
        risk: op.risk,
      },
      outcome: outcome && {
        decisionId: outcome.decisionId,
        errorCode: outcome.errorCode,
        ms: outcome.ms,
        resultBytes: outcome.resultBytes,
        status: outcome.status,
      },
    },
    between: { scope: scopeInOrder(scope) },
    behind: {
      tenant,
      ts,
      type,
      v,
      via: {
        dpopJkt: via.dpopJkt,
        grant: via.grant,
        ipPrefix: via.ipPrefix,
        protocol: via.protocol,
        requestId: via.requestId,
        resource: via.resource,
        tokenRef: via.tokenRef,
        trace: via.trace,
        transport: via.transport,
      },
      who: whoInOrder(who),
    },
  }
}

export function clientInOrder({ host, id, info, kind, name }: AuditClient): object {
  return { host, id, info: info && { name: info.name, version: info.version }, kind, name }
}

export function decisionInOrder({ effect, policyVersion, reason, rule }: AuditDecision): object {
  return { effect, policyVersion, reason, rule }
}

export function scopeInOrder({ granted, missing, required, used }: AuditScope): object {
  return { granted, missing, required, used }
}

export function whoInOrder({ act, authTime, iss, kind, sub }: AuditWho): object {
  return { act: act?.map((one) => ({ sub: one.sub })), authTime, iss, kind, sub }
}
