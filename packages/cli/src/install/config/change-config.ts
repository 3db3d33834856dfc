import { isDeepStrictEqual } from 'node:util'
import type { ConfigEditor, Place, Value } from './config-editor.ts'
import { isTable, readTable, type Table } from './read-entry.ts'

/** What an entry shall be; `undefined` for none, and then whether a table that is left empty goes with it. */
export interface Change {
  readonly place: Place
  readonly value: Value | undefined
  readonly withTable?: boolean
}

/**
 * Makes a change, and reads the result back: it says what the text said, but for the entry.
 *
 * @throws Error when the text is malformed, or cannot be edited in place.
 */
export function changeConfig(editor: ConfigEditor, text: string, { place, value, withTable = false }: Change): string {
  const changed = value === undefined ? editor.remove(text, place, withTable) : editor.set(text, place, value)
  if (!isChangedOnly(editor, text, changed, { place, value }))
    throw new Error('it cannot be edited without touching other parts of it')
  return changed
}

/** Whether two texts say the same but for one entry, and the second says of it what was wanted. */
export function isChangedOnly(editor: ConfigEditor, before: string, after: string, change: Change): boolean {
  try {
    return isDeepStrictEqual(split(editor.read(after), change.place.table), expected(editor.read(before), change))
  } catch {
    return false
  }
}

interface Split {
  readonly servers: unknown
  readonly rest: unknown
}

/** An empty table says as much as none. */
function split(config: Table, table: string): Split {
  const { [table]: _, ...rest } = config
  const isOther = Object.hasOwn(config, table) && !isTable(config[table])
  return { servers: plain(isOther ? config[table] : readTable(config, table)), rest: plain(rest) }
}

function expected(config: Table, { place: { table, name }, value }: Change): Split {
  const { [name]: _, ...others } = readTable(config, table)
  return { ...split(config, table), servers: plain(value === undefined ? others : { ...others, [name]: value }) }
}

/** Whether two entries say the same, in whatever order. */
export const saysTheSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(plain(one), plain(other))

/** Parsers make tables of their own kinds; dates, whole numbers and what is none are compared as they are written. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return `${value.getTime()}`
  if (Array.isArray(value)) return value.map(plain)
  if (isTable(value)) return new Map(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
  return typeof value === 'bigint' ? Number(value) : value
}
