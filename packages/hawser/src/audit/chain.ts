import { canonicalJson } from '../call/index.ts'
import type { AuditEvent, AuditRecord } from './event.ts'
import type { AuditHead } from './sink.ts'

/**
 * What stands before the first record of a tenant.
 *
 * @example const head = heads.get(tenant) ?? GENESIS
 */
export const GENESIS: AuditHead = { seq: 0, hash: '0'.repeat(64) }

/**
 * What the hash of a record is made of: the record in its place, as canonical JSON.
 *
 * @example const text = chainText(record, head)
 */
export function chainText(record: AuditRecord, head: AuditHead): string {
  const fields = inOrder(record, head)
  // Of redacted arguments, callers chose the names.
  return record.op?.argsRedacted === undefined ? JSON.stringify(fields) : canonicalJson(fields)
}

/**
 * The line that keeps a record, and what the next one is linked to.
 *
 * @example const { line, head: next } = chainLink(text, head, await sha256(text))
 */
export function chainLink(
  text: string,
  { seq }: AuditHead,
  hash: string,
): { readonly line: string; readonly head: AuditHead } {
  return { line: `${text.slice(0, -1)},"hash":"${hash}"}`, head: { seq: seq + 1, hash } }
}

/**
 * What the seal of a head is made of.
 *
 * @example const seal = hmac(sealKey, headText(tenant, head))
 */
export function headText(tenant: string, { seq, hash }: AuditHead): string {
  return canonicalJson({ hash, seq, tenant })
}

/** The text that was hashed, of a record that was read. */
export function hashedText(event: AuditEvent): string {
  return canonicalJson({ ...event, hash: undefined })
}

/** Members stand in the order of their names, so that `JSON.stringify` writes canonical JSON, in a sixth of the time. (RFC 8785) */
function inOrder(record: AuditRecord, { seq, hash: prevHash }: AuditHead): object {
  const { client, decision, id, op, outcome, scope, tenant, ts, type, v, via, who } = record
  return {
    client: {
      host: client.host,
      id: client.id,
      info: client.info && { name: client.info.name, version: client.info.version },
      kind: client.kind,
      name: client.name,
    },
    decision: decision && {
      effect: decision.effect,
      policyVersion: decision.policyVersion,
      reason: decision.reason,
      rule: decision.rule,
    },
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
    prevHash,
    scope: { granted: scope.granted, missing: scope.missing, required: scope.required, used: scope.used },
    seq: seq + 1,
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
    who: {
      act: who.act?.map(({ sub }) => ({ sub })),
      authTime: who.authTime,
      iss: who.iss,
      kind: who.kind,
      sub: who.sub,
    },
  }
}
