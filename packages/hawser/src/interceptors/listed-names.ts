import type { Reply } from '../call/index.ts'
import { isObject, type Method } from '../protocol/index.ts'

/** Where the entries of each list stand, and what calls name them by. */
const LISTS: ReadonlyMap<Method, readonly [field: string, name: string]> = new Map([
  ['tools/list', ['tools', 'name']],
  ['prompts/list', ['prompts', 'name']],
  ['resources/list', ['resources', 'uri']],
])

const NONE: ReadonlySet<string> = new Set()

/** The names by which calls refer to what a list holds; none for any other reply. */
export function listedNames(method: Method, reply: Reply): ReadonlySet<string> {
  const [field, name] = LISTS.get(method) ?? []
  if (field === undefined || name === undefined) return NONE
  const entries = (reply as { readonly [field: string]: unknown })[field]
  if (!Array.isArray(entries)) return NONE
  const names = entries.map((entry: unknown) => (isObject(entry) ? entry[name] : undefined))
  return new Set(names.filter((found) => typeof found === 'string'))
}
