import { type ClientLabel, createClientNames } from './client-names.ts'
import type { AuditEvent } from './event.ts'
import { readAuditEvent } from './read-event.ts'
import type { AuditSource } from './sink.ts'

/** Somebody, with the program that they let act. */
export interface Actor extends ClientLabel {
  readonly tenant: string
  /** `undefined` is whoever has not signed in. */
  readonly who: string | undefined
  /** The id that an issuer proved; what the program calls itself where `clientKind` is `none`. */
  readonly client: string | undefined
}

/** A permission that somebody used. */
export interface PermissionUse extends Actor {
  readonly scope: string
  readonly calls: number
  readonly first: string
  readonly last: string
  /** Tools, resources and prompts that it was used for, most often first. */
  readonly items: readonly string[]
}

/** A permission that somebody has given, that no call took, and that was not taken back. */
export interface UnusedPermission extends Actor {
  readonly scope: string
  /** When it was first seen to be held, and last. */
  readonly first: string
  readonly last: string
}

/** What somebody was not let do. */
export interface Refusal extends Actor {
  readonly item: string
  readonly reason: string
  /** Scopes that were missing. */
  readonly missing: readonly string[]
  readonly times: number
  readonly last: string
}

/** Who allowed what, and when. */
export interface Consent extends Actor {
  readonly ts: string
  readonly type: string
  /** What was allowed, refused or revoked. */
  readonly scopes: readonly string[]
  readonly grant: string | undefined
  /** Of what was revoked: `person`, `client` or `operator` did it, or what the issuer noticed. */
  readonly reason: string | undefined
}

/** What was done. */
export interface ItemUse extends Actor {
  readonly kind: string
  readonly item: string
  readonly risk: string
  readonly calls: number
  /** Of the calls, those that came to no good end. */
  readonly failed: number
  readonly last: string
}

/** What an authorization server noticed that should not happen. */
export interface Alarm extends Actor {
  readonly ts: string
  readonly type: string
}

/** What a log says, by who did it. */
export interface AuditSummary {
  readonly from: string | undefined
  readonly to: string | undefined
  readonly records: number
  readonly unreadable: number
  /** Records that are known to have been lost because the log could not be written. */
  readonly lost: number
  readonly consents: readonly Consent[]
  readonly used: readonly PermissionUse[]
  readonly unused: readonly UnusedPermission[]
  readonly done: readonly ItemUse[]
  readonly refused: readonly Refusal[]
  readonly alarms: readonly Alarm[]
  /** Rows that had no place in the lists above. */
  readonly omitted: number
}

/** Which records are looked at; all when left out. */
export interface SummaryOptions {
  readonly tenant?: string | undefined
  /** A subject. */
  readonly who?: string | undefined
  /** An id of a client, or the host of one. */
  readonly client?: string | undefined
  /** Records before are left out. */
  readonly since?: Date | undefined
  /** Most rows of one list; 10 000 when left out. */
  readonly maxRows?: number | undefined
}

const ALARMS: ReadonlySet<string> = new Set(['token.refresh_reuse', 'code.replayed', 'admin.records_lost'])
const CONSENTS: ReadonlySet<string> = new Set(['consent.approved', 'consent.denied', 'grant.revoked'])
const MAX_ITEMS = 20
/** Of one permission: it counts as held as long as one of its grants does. */
const MAX_GRANTS = 1000

/**
 * Whether a record is one of those that are asked for.
 *
 * @example const own = events.filter((event) => isSelected(event, { who: 'ada' }))
 */
export function isSelected(event: AuditEvent, { tenant, who, client, since }: SummaryOptions): boolean {
  return (
    (tenant === undefined || event.tenant === tenant) &&
    (who === undefined || event.who.sub === who) &&
    (client === undefined || event.client.id === client || event.client.host === client) &&
    (since === undefined || event.ts >= since.toISOString())
  )
}

/**
 * Reads a log and says who used which permission, what was given and never used, what was refused, and who allowed what.
 *
 * @throws Whatever reading throws.
 * @example
 * const { unused } = await summarizeAudit(await openAudit('audit.jsonl'), { client: 'app.example.com' })
 */
export async function summarizeAudit(source: AuditSource, options: SummaryOptions = {}): Promise<AuditSummary> {
  const { maxRows = 10_000 } = options
  let [records, unreadable, lost, omitted] = [0, 0, 0, 0]
  let from: string | undefined
  let to: string | undefined
  const consents: Consent[] = []
  const alarms: Alarm[] = []
  const used = new Map<string, Omit<PermissionUse, 'items'> & { readonly items: Map<string, number> }>()
  const held = new Map<string, UnusedPermission & { readonly grants: Set<string> }>()
  const done = new Map<string, ItemUse>()
  const refused = new Map<string, Refusal>()
  /** Of all records: who let a client in may have done so before those that are asked for. */
  const names = createClientNames(maxRows)
  const named = <Row extends Actor>(row: Row): Row => ({
    ...row,
    ...(row.clientKind !== 'none' && names.find({ id: row.client, kind: row.clientKind, host: row.clientHost })),
  })
  /** Decisions whose outcome, which follows, is no more than that they were kept to. */
  const refusals = new Set<string>()

  const put = <Row>(rows: Map<string, Row>, key: readonly unknown[], change: (row: Row | undefined) => Row): void => {
    const name = JSON.stringify(key)
    const row = rows.get(name)
    if (row === undefined && rows.size >= maxRows) omitted++
    else rows.set(name, change(row))
  }
  const push = <Row>(rows: Row[], row: Row): void => {
    if (rows.length < maxRows) rows.push(row)
    else omitted++
  }

  const take = (event: AuditEvent): void => {
    const { tenant, type, ts, scope, op, decision, outcome, via } = event
    const { id, info, kind } = event.client
    const clientKind = id === undefined ? 'none' : kind
    const actor: Actor = {
      tenant,
      who: event.who.sub,
      client: id ?? info?.name,
      clientKind,
      clientHost: event.client.host,
    }
    const key = [tenant, actor.who, actor.client, id === undefined]
    from ??= ts
    to = ts
    if (CONSENTS.has(type)) {
      push(consents, { ...actor, ts, type, scopes: scope.granted, grant: via.grant, reason: decision?.rule })
    }
    if (ALARMS.has(type)) push(alarms, { ...actor, ts, type })
    if (type === 'admin.records_lost') lost += Number.parseInt(op?.name ?? '', 10) || 0
    const isCall = decision !== undefined && (type === 'authz.decision' || type === 'op.outcome')
    const isGiven = type === 'consent.approved' || type === 'token.issued' || isCall
    const grant = via.grant ?? ''
    for (const each of isGiven ? scope.granted : []) {
      put(held, [...key, each], (row) => {
        const grants = row?.grants ?? new Set()
        if (grants.size < MAX_GRANTS) grants.add(grant)
        return { ...actor, scope: each, first: row?.first ?? ts, last: ts, grants }
      })
    }
    for (const each of type === 'grant.revoked' ? scope.granted : []) {
      const name = JSON.stringify([...key, each])
      const grants = held.get(name)?.grants
      if (grants?.delete(grant) && grants.size === 0) held.delete(name)
    }
    const item = op?.name ?? type
    if (isCall && decision.effect === 'allow') {
      for (const each of scope.used) {
        put(used, [...key, each], (row) => {
          const items = row?.items ?? new Map<string, number>()
          if (items.has(item) || items.size < MAX_ITEMS) items.set(item, (items.get(item) ?? 0) + 1)
          return { ...actor, scope: each, calls: (row?.calls ?? 0) + 1, first: row?.first ?? ts, last: ts, items }
        })
      }
    } else if (decision !== undefined && decision.effect !== 'allow' && !CONSENTS.has(type) && !ALARMS.has(type)) {
      const reason = decision.rule ?? decision.reason
      const missing = scope.missing ?? []
      if (refusals.size < maxRows) refusals.add(event.id)
      put(refused, [...key, item, reason, missing], (row) => ({
        ...actor,
        item,
        reason,
        missing,
        times: (row?.times ?? 0) + 1,
        last: ts,
      }))
    }
    // A question is no end, and what was refused is counted as refused.
    if (outcome === undefined || op === undefined || outcome.status === 'asked') return
    if (refusals.delete(outcome.decisionId)) return
    const isFailed = outcome.status !== 'ok'
    put(done, [...key, op.kind, op.name], (row) => ({
      ...actor,
      kind: op.kind,
      item: op.name,
      risk: op.risk,
      calls: (row?.calls ?? 0) + 1,
      failed: (row?.failed ?? 0) + (isFailed ? 1 : 0),
      last: ts,
    }))
  }

  for await (const line of source.lines()) {
    const event = readAuditEvent(line)
    if (event === undefined) {
      unreadable++
      continue
    }
    names.note(event)
    if (isSelected(event, options)) {
      records++
      take(event)
    }
  }
  return {
    from,
    to,
    records,
    unreadable,
    lost,
    consents: consents.map(named),
    used: [...used.values()].map(({ items, ...row }) => named({ ...row, items: byCount(items) })),
    unused: [...held].flatMap(([key, row]) => (used.has(key) ? [] : [named(withoutGrants(row))])),
    done: [...done.values()].toSorted((one, other) => other.calls - one.calls).map(named),
    refused: [...refused.values()].toSorted((one, other) => other.times - one.times).map(named),
    alarms: alarms.map(named),
    omitted,
  }
}

function withoutGrants({
  tenant,
  who,
  client,
  clientKind,
  clientHost,
  scope,
  first,
  last,
}: UnusedPermission): UnusedPermission {
  return { tenant, who, client, clientKind, clientHost, scope, first, last }
}

function byCount(items: ReadonlyMap<string, number>): readonly string[] {
  return [...items].toSorted(([, one], [, other]) => other - one).map(([item]) => item)
}
