import { chainLink, GENESIS, hashedText, placeRecord, type RecordText, writeRecord } from '../../audit/chain.ts'
import { createGap } from '../../audit/gap.ts'
import { mac } from '../../audit/keys.ts'
import { type AuditParcel, unpackRecords } from '../../audit/parcel.ts'
import { type AuditRecord, readAuditEvent } from '../../audit/index.ts'

/** Bytes of one record: what is longer is kept without what it shows of its arguments, or counted as lost. */
const MAX_RECORD = 100_000
/** Bytes of the records of one message; a Queue takes 128 000, some of them its own. */
const MAX_MESSAGE = 120_000

/** Says which form a message has; the time at which it was made stands behind. */
const FORM = 'hawser audit 1 '

/** Records that are kept together. */
export interface AuditMessage {
  /** When it was made, in milliseconds since 1970: the same however often it is sent. */
  readonly at: number
  readonly records: readonly { readonly tenant: string; readonly text: RecordText }[]
}

/**
 * Writes the records of a parcel as messages: a line that says the form, and three for each record. The same parcel makes the same texts,
 * by which whoever reads them knows what has come already.
 *
 * @param argumentKeys By tenant. Arguments leave the Worker as a keyed hash alone.
 */
export async function writeMessages(
  parcel: AuditParcel,
  argumentKeys: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  at: number,
): Promise<readonly string[]> {
  const messages: string[] = []
  let [lines, bytes] = [[] as string[], 0]
  const end = (): void => {
    if (lines.length > 0) messages.push([`${FORM}${at}`, ...lines].join('\n'))
    lines = []
    bytes = 0
  }
  for (const { tenant, args, write } of unpackRecords(parcel)) {
    const text = shorten(write(args === undefined ? args : await mac(argumentKeys.get(tenant)!, args)))
    const size = sizeOf(text)
    if (bytes + size > MAX_MESSAGE) end()
    lines.push(...text)
    bytes += size
  }
  end()
  return messages
}

/** The text without the arguments that it shows, where it is too long; else a record that counts it as lost. */
function shorten(text: RecordText): RecordText {
  if (sizeOf(text) <= MAX_RECORD) return text
  const record = JSON.parse(text.join(',')) as AuditRecord
  const { op, id, ts, via } = record
  const shown = writeRecord({ ...record, op: op && { ...op, argsRedacted: '(too long)' } })
  if (op?.argsRedacted !== undefined && sizeOf(shown) <= MAX_RECORD) return shown
  return writeRecord({ ...createGap(1, via.resource.slice(0, 512)), id, ts })
}

const encoder = new TextEncoder()
const sizeOf = (text: RecordText): number => encoder.encode(text.join('\n')).length + 1

/** The records of a message that was written here. */
export function recordsOf(message: string): readonly AuditRecord[] {
  const [, ...lines] = message.split('\n')
  const records: AuditRecord[] = []
  for (let line = 0; line < lines.length; line += 3)
    records.push(JSON.parse(lines.slice(line, line + 3).join(',')) as AuditRecord)
  return records
}

/**
 * Reads a message, and looks at each record: whatever is put into the chain can be read there and has the hash that it should.
 *
 * @returns What is wrong with it, where it is none.
 */
export function readMessage(body: unknown): AuditMessage | string {
  if (typeof body !== 'string' || !body.startsWith(FORM)) return 'It does not begin as a message of queueAudit does.'
  const [first = '', ...lines] = body.split('\n')
  const at = Number(first.slice(FORM.length))
  if (!Number.isSafeInteger(at) || at <= 0) return 'It does not say when it was made.'
  if (lines.length === 0 || lines.length % 3 !== 0) return `It has ${lines.length} lines; each record has three.`
  const records: AuditMessage['records'][number][] = []
  for (let line = 0; line < lines.length; line += 3) {
    const record = readRecord([lines[line]!, lines[line + 1]!, lines[line + 2]!])
    if (record === undefined) return `Its record ${line / 3 + 1} is none.`
    records.push(record)
  }
  return { at, records }
}

function readRecord(text: RecordText): AuditMessage['records'][number] | undefined {
  const placed = placeRecord(text, GENESIS)
  try {
    const event = readAuditEvent(chainLink(placed, GENESIS, GENESIS.hash).line)
    // What is hashed is what a reader makes of the line again.
    return event !== undefined && hashedText(event) === placed ? { tenant: event.tenant, text } : undefined
  } catch {
    // Nested too deep to be written again.
    return undefined
  }
}
