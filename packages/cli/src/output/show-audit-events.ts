import type { AuditEvent, ClientNames } from 'hawser/audit'
import type { Output } from './create-output.ts'
import { describeRevoked } from './describe-revoked.ts'
import { nameClient } from './name-client.ts'
import { cleanName } from './sanitize.ts'
import { type Piece, renderTable, type Row } from './table.ts'

/** Records of an audit log, one a row. */
export function showEvents(events: readonly AuditEvent[], names: ClientNames, { paint, width }: Output): string {
  if (events.length === 0) return 'Nothing is on record.'
  const rows = events.map((event): Row => {
    const { ts, who, client, op, type } = event
    const said = client.id ?? client.info?.name
    return [
      [{ text: cleanName(ts.slice(5, 19).replace('T', ' ')), paint: paint.dim }],
      [{ text: who.sub === undefined ? '–' : cleanName(who.sub) }],
      [{ text: said === undefined ? '–' : nameClient(names.find(client), said), paint: paint.cyan }],
      [describe(event, cleanName(op?.name ?? type), paint)],
    ]
  })
  return renderTable(rows, width)
}

/** What happened to an item, in one sentence. */
function describe({ type, decision, outcome, scope }: AuditEvent, item: string, paint: Output['paint']): Piece {
  // Of what was refused, the reason says more than the end.
  if (outcome !== undefined && (decision === undefined || decision.effect === 'allow')) {
    const { status, ms, errorCode } = outcome
    if (status === 'ok')
      return { text: `${item}: done in ${ms < 1 ? 'less than 1' : Math.round(ms)} ms`, paint: paint.green }
    const code = errorCode === undefined ? '' : ` ${errorCode}`
    return {
      text: `${item}: ${ENDS.get(status) ?? cleanName(status)}${code}`,
      paint: status === 'asked' ? paint.yellow : paint.red,
    }
  }
  if (type === 'grant.revoked') return { text: `${item}: ${describeRevoked(decision?.rule)}`, paint: paint.yellow }
  if (decision === undefined) return { text: scope.granted.length === 0 ? item : `${item}: ${list(scope.granted)}` }
  if (decision.effect === 'allow') {
    // What was allowed to a client in general is not used by it yet.
    const scopes = scope.used.length > 0 ? ` by ${list(scope.used)}` : ''
    return {
      text: `${item}: allowed${scopes === '' && scope.required.length > 0 ? ` ${list(scope.granted)}` : scopes}`,
    }
  }
  const { missing = [] } = scope
  const why = missing.length > 0 ? `without ${list(missing)}` : cleanName(decision.rule ?? decision.reason)
  return { text: `${item}: refused, ${why}`, paint: paint.red }
}

/** A file may say anything. */
const ENDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    asked: 'asked the person',
    tool_error: 'the tool failed',
    protocol_error: 'ended with error',
    exception: 'broke',
    aborted: 'was given up',
  }),
)

const list = (names: readonly string[]): string => names.map(cleanName).join(', ')
