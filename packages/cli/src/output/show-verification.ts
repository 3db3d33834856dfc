import type { AuditProblem, AuditVerification } from 'hawser/audit'
import type { Output } from './create-output.ts'
import { cleanName } from './sanitize.ts'
import { renderTable, type Row } from './table.ts'
import { wrap } from './wrap.ts'

interface Circumstances {
  readonly files: string
  readonly hasKey: boolean
  /** Where the secret would have been. */
  readonly variable: string
}

const MEANING: Readonly<Record<AuditProblem['kind'], string>> = {
  edited: 'is not what was written',
  missing: 'was taken away',
  reordered: 'stands where it was not written',
  repeated: 'is there more than once',
  unlinked: 'does not follow the record before it: the log was written anew from there, or by two at once',
  forged: 'ends the log with a seal that was not made with this secret',
  unsealed: 'ends the log, but nothing tells that it ended there: the note of its end is gone',
}

/** Whether a log is what was written, and how far that can be told. */
export function showVerification(found: AuditVerification, around: Circumstances, output: Output): string {
  const { paint, width } = output
  const { ok, records, unreadable, problems, found: count, tenants } = found
  const { files, hasKey, variable } = around
  const verdict = ok
    ? paint.green(`${cleanName(files)} is what was written: ${records} records.`)
    : paint.red(
        `${cleanName(files)} is not what was written: ${count} ${count === 1 ? 'problem' : 'problems'} in ${records} records.`,
      )
  const rows = problems.map(({ kind, tenant, seq, upTo }): Row => {
    const place = upTo === undefined || upTo === seq ? `${seq}` : `${seq}–${upTo}`
    return [[{ text: cleanName(tenant) }], [{ text: place, paint: paint.yellow }], [{ text: MEANING[kind] }]]
  })
  const ends = [...tenants]
    .slice(0, MAX_TENANTS)
    .map(([tenant, { from, to, hash }]): Row => [
      [{ text: cleanName(tenant) }],
      [{ text: `${from}–${to}` }],
      [{ text: `${cleanName(hash.slice(0, SHOWN))}…`, paint: paint.dim }],
    ])
  const notes = [
    ...(unreadable > 0 ? [`${unreadable} lines are no records, such as one that a crash cut off.`] : []),
    ...(hasKey ? [] : [`Without the secret, in ${variable}, a log that was written anew as a whole looks sound.`]),
    'A log that was put back to an earlier state looks sound, too, unless you note its end elsewhere: --json now, --expect later.',
  ]
  return [
    wrap(verdict, width).join('\n'),
    ...(rows.length > 0 ? [renderTable(rows, width)] : []),
    ...(count > problems.length ? [paint.dim(`… ${count - problems.length} more`)] : []),
    ...(ends.length > 0 ? [`${paint.bold('Ends')}\n${renderTable(ends, width)}`] : []),
    notes.flatMap((text) => wrap(paint.dim(text), width)).join('\n'),
  ].join('\n\n')
}

const MAX_TENANTS = 20
/** Of a hash, for a look; all of it is in the JSON. */
const SHOWN = 16
