import { canonicalJson } from '../call/index.ts'
import { isObject } from '../protocol/index.ts'

type Fields = { readonly [name: string]: unknown }

/** What of a call has to be the same: not its envelope, which differs from client to client. */
export interface Comparable {
  readonly method: string
  readonly params: Fields
}

/** The part of a call that is compared. */
export function comparable({ method, params }: Comparable): Comparable {
  const { _meta: _, ...rest } = params
  return { method, params: rest }
}

/** Differences that are named, and UTF-16 units of one value that are shown. */
const MAX_DIFFERENCES = 8
const MAX_SHOWN = 120

/** Says what differs, one line for each place; nothing when nothing does. */
export function differences(recorded: unknown, got: unknown, at = ''): readonly string[] {
  if (canonicalJson(recorded) === canonicalJson(got)) return []
  const [before, after] = [fieldsOf(recorded), fieldsOf(got)]
  if (before === undefined || after === undefined || Array.isArray(recorded) !== Array.isArray(got)) {
    return [`${at}: recorded ${show(recorded)}, got ${show(got)}`]
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const found = keys.flatMap((key) => differences(before[key], after[key], at === '' ? key : `${at}.${key}`))
  return found.length > MAX_DIFFERENCES
    ? [...found.slice(0, MAX_DIFFERENCES), `… and ${found.length - MAX_DIFFERENCES} more`]
    : found
}

function fieldsOf(value: unknown): Fields | undefined {
  if (Array.isArray(value)) return Object.fromEntries(value.entries())
  return isObject(value) ? value : undefined
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}
