import { isObject } from '../protocol/index.ts'

/**
 * The one way to write a value as JSON: members in the order of their names, nothing in between. (RFC 8785)
 *
 * @throws RangeError for what is nested thousands deep, TypeError for a BigInt.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    // By UTF-16 code units. (RFC 8785 §3.2.3)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`)
  return `{${members.join(',')}}`
}
