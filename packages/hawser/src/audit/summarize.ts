import type { AuditEvent } from './event.ts'
import { readAuditEvent } from './read-event.ts'
import type { AuditSource } from './sink.ts'

/** Somebody, with the program that they let act. */
export interface Actor {
  readonly tenant: string
  /** `undefined` is whoever has not signed in. */
  readonly who: string | undefined
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

/** A permission that somebody has given and that no call took. */
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
  readonly scopes: readonly string[]
  readonly grant: string | undefined
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
  const held = new Map<string, UnusedPermission>()
  const done = new Map<string, ItemUse>()
  const refused = new Map<string, Refusal>()
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
    const actor: Actor = { tenant, who: event.who.sub, client: event.client.id ?? event.client.info?.name }
    const key = [tenant, actor.who, actor.client]
    from ??= ts
    to = ts
    if (CONSENTS.has(type)) push(consents, { ...actor, ts, type, scopes: scope.granted, grant: via.grant })
    if (ALARMS.has(type)) push(alarms, { ...actor, ts, type })
    if (type === 'admin.records_lost') lost += Number.parseInt(op?.name ?? '', 10) || 0
    const isGiven = type === 'consent.approved' || type === 'token.issued' || type === 'authz.decision'
    for (const each of isGiven ? scope.granted : [])
      put(held, [...key, each], (row) => ({ ...actor, scope: each, first: row?.first ?? ts, last: ts }))
    const item = op?.name ?? type
    if (type === 'authz.decision' && decision?.effect === 'allow') {
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
    if (event === undefined) unreadable++
    else if (isSelected(event, options)) {
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
    consents,
    used: [...used.values()].map(({ items, ...row }) => ({ ...row, items: byCount(items) })),
    unused: [...held].filter(([key]) => !used.has(key)).map(([, row]) => row),
    done: [...done.values()].toSorted((one, other) => other.calls - one.calls),
    refused: [...refused.values()].toSorted((one, other) => other.times - one.times),
    alarms,
    omitted,
  }
}

function byCount(items: ReadonlyMap<string, number>): readonly string[] {
  return [...items].toSorted(([, one], [, other]) => other - one).map(([item]) => item)
}
