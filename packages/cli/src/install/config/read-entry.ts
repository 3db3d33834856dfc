import type { Place } from './config-editor.ts'

export type Table = Readonly<Record<string, unknown>>

export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The entry of one server, if there is one. Names are those of strangers, so that only own properties count. */
export function readEntry(config: Table, { table, name }: Place): unknown {
  const servers = readTable(config, table)
  return Object.hasOwn(servers, name) ? servers[name] : undefined
}

/** All entries, by name. */
export function readTable(config: Table, table: string): Table {
  const servers = Object.hasOwn(config, table) ? config[table] : undefined
  return isTable(servers) ? servers : {}
}
