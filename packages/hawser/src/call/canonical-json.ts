import { isObject } from '../protocol/index.ts'

/**
 * The one way to write a value as JSON: members in the order of their names, nothing in between. (RFC 8785)
 *
 * @throws RangeError for what is nested thousands deep, TypeError for a BigInt.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  let members = ''
  // By UTF-16 code units. (RFC 8785 §3.2.3)
  for (const name of Object.keys(value).sort()) {
    const member = value[name]
    if (member === undefined) continue
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`
  }
  return `{${members}}`
}
