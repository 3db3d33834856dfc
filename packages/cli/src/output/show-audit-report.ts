import type { Actor, AuditSummary } from 'hawser/audit'
import type { Output } from './create-output.ts'
import { describeRevoked } from './describe-revoked.ts'
import { nameClient } from './name-client.ts'
import { cleanName } from './sanitize.ts'
import { type Piece, renderTable, type Row } from './table.ts'
import { wrap } from './wrap.ts'

/** Longer reports are for programs. */
const MAX_ACTORS = 40
const MAX_LINES = 12

/** What an audit log says, by who did it with what: one block for each. */
export function showReport(summary: AuditSummary, files: string, output: Output): string {
  const { paint, width } = output
  const actors = new Map<string, Actor>()
  for (const row of listAll(summary)) {
    const key = keyOf(row)
    if (!actors.has(key)) actors.set(key, row)
  }
  const several = new Set([...actors.values()].map(({ tenant }) => tenant)).size > 1
  const blocks = [...actors.values()].slice(0, MAX_ACTORS).map((actor) => showActor(actor, summary, output, several))
  const more = actors.size - blocks.length
  return [
    wrap(`${paint.bold(cleanName(files))} ${paint.dim(describePeriod(summary))}`, width).join('\n'),
    ...warn(summary).map((text) => wrap(paint.yellow(text), width).join('\n')),
    ...blocks,
    ...(blocks.length === 0 ? ['Nothing is on record.'] : []),
    ...(more > 0 ? [paint.dim(`… ${more} more; --json prints all, --client and --who choose`)] : []),
  ].join('\n\n')
}

function showActor(actor: Actor, summary: AuditSummary, { paint, width }: Output, tellTenant: boolean): string {
  const own = <R extends Actor>(rows: readonly R[]): readonly R[] => rows.filter((row) => keyOf(row) === keyOf(actor))
  const { bold, cyan, dim, green, red, yellow } = paint
  const rows: readonly (readonly [title: string, lines: readonly Piece[]])[] = [
    [
      'allowed',
      own(summary.consents).map(({ ts, type, scopes, reason }) => ({
        text: `${minute(ts)}  ${WORDS.get(type) ?? describeRevoked(reason)}: ${list(scopes)}`,
        paint: type === 'consent.approved' ? green : yellow,
      })),
    ],
    [
      'used',
      own(summary.used).flatMap(({ scope, calls, last, items }) => [
        { text: `${cleanName(scope)}  ${times(calls)}, last ${minute(last)}`, paint: cyan },
        { text: `  for ${list(items)}`, paint: dim },
      ]),
    ],
    [
      'never used',
      own(summary.unused).map(({ scope, first }) => ({
        text: `${cleanName(scope)}  held since ${minute(first)}`,
        paint: yellow,
      })),
    ],
    [
      'did',
      own(summary.done).map(({ kind, item, calls, failed, last }) => ({
        text: `${kind === 'tool' ? '' : `${kind} `}${cleanName(item)}  ${times(calls)}${failed > 0 ? `, ${failed} failed` : ''}, last ${minute(last)}`,
      })),
    ],
    [
      'refused',
      own(summary.refused).map(({ item, reason, missing, times: count, last }) => ({
        text: `${cleanName(item)}  ${times(count)}, last ${minute(last)}: ${missing.length > 0 ? `without ${list(missing)}` : cleanName(reason)}`,
        paint: red,
      })),
    ],
    ['alarm', own(summary.alarms).map(({ ts, type }) => ({ text: `${minute(ts)}  ${cleanName(type)}`, paint: red }))],
  ]
  const shown = rows.filter(([, lines]) => lines.length > 0)
  const table = shown.map(([title, lines]): Row => [[{ text: title, paint: dim }], [...cut(lines, dim)]])
  const name = bold(actor.who === undefined ? 'Nobody who signed in' : cleanName(actor.who))
  const client = actor.client === undefined ? '' : ` with ${describeClient(actor, paint)}`
  const tenant = tellTenant ? dim(` of ${cleanName(actor.tenant)}`) : ''
  return [wrap(`${name}${client}${tenant}`, width).join('\n'), renderTable(table, width)].join('\n')
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['consent.approved', 'approved'],
  ['consent.denied', 'denied'],
])

/** A name, and the id that `--client` takes, where they differ. */
function describeClient(actor: Actor, { cyan, dim }: Output['paint']): string {
  const [name, id] = [nameClient(actor, actor.client), cleanName(actor.client ?? '')]
  return name === id || actor.clientKind === 'none' ? cyan(name) : `${cyan(name)} ${dim(`· ${id}`)}`
}

function listAll({ consents, used, unused, done, refused, alarms }: AuditSummary): readonly Actor[] {
  return [...consents, ...used, ...unused, ...done, ...refused, ...alarms]
}

function keyOf({ tenant, who, client, clientKind }: Actor): string {
  return JSON.stringify([tenant, who ?? null, client ?? null, clientKind === 'none'])
}

function describePeriod({ from, to, records }: AuditSummary): string {
  const count = records === 1 ? '1 record' : `${records} records`
  return from === undefined || to === undefined ? count : `${minute(from)} to ${minute(to)} UTC, ${count}`
}

function warn({ lost, unreadable, omitted }: AuditSummary): readonly string[] {
  return [
    ...(lost > 0 ? [`${lost} records were lost while the log could not be written.`] : []),
    ...(unreadable > 0 ? [`${unreadable} lines are no records. See hawser audit verify.`] : []),
    ...(omitted > 0 ? [`${omitted} rows had no place. Choose with --client, --who or --since.`] : []),
  ]
}

function cut(lines: readonly Piece[], dim: Piece['paint']): readonly Piece[] {
  const more = lines.length - MAX_LINES
  return more > 0 ? [...lines.slice(0, MAX_LINES), { text: `… ${more} more`, ...(dim && { paint: dim }) }] : lines
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)
const list = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.map(cleanName).join(', '))
/** To the minute, as the log has it: in UTC. */
const minute = (ts: string): string => cleanName(ts.slice(0, 16).replace('T', ' '))
