import { isObject } from '../protocol/index.ts'

/** Methods that carry one of their params in `Mcp-Name`, with the name of that param. Extensions add theirs. */
export type NameFields = Readonly<Record<string, string>>

const NAME_FIELDS: NameFields = { 'tools/call': 'name', 'resources/read': 'uri', 'prompts/get': 'name' }

/** The param that each method mirrors into `Mcp-Name`. (streamable-http#standard-request-headers) */
export function mergeNameFields(more: NameFields = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries({ ...NAME_FIELDS, ...more }))
}

/** The argument at a chain of property names; `undefined` where the chain breaks. (streamable-http#schema-extension) */
export function readArgument(args: unknown, path: readonly string[]): unknown {
  let value = args
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** An argument as a header shows it; nothing for null and for what no header can carry. (streamable-http#value-encoding) */
export function headerText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}
