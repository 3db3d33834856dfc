import type { Pattern, Slot, UriTemplate } from './template.ts'

type Values = Record<string, string>

/** UTF-16 units. A longer URI matches nothing. */
const maxUriLength = 8192

export interface MatchOptions {
  /** Let values hold `..` path segments. The handler then has to keep the path inside its root. */
  readonly traversal?: boolean
}

/** A `..` segment in a decoded value, also if it was encoded twice. The comma counts because it joins list items. */
const parentSegment = /(?:^|[/\\,]|%2f|%5c)(?:\.|%2e){2}(?:$|[/\\,]|%2f|%5c)/i

/**
 * Finds the values that expand to this URI, decoded, in an object without prototype; `undefined` when there are none.
 *
 * ```ts
 * match(parseTemplate('notes://{id}{?format}'), 'notes://a%20b') // { id: 'a b' }
 * ```
 *
 * - Variables of `{?a}` and `{&a}` are optional and come in any order; all others are required, in the order of the
 *   template. A query parameter that is unknown or repeated means no match, as does a query or a fragment that the
 *   template lacks.
 * - Only `{?a}`, `{&a}`, `{;a}` and `{#a}` may be empty. Only `{+a}`, `{/a*}`, a query and a fragment may hold a `/`
 *   that is not encoded as `%2F`. `+` is a plus, not a space.
 * - Where the text between two values occurs more than once, the last one counts, but before `{+a}` and exploded values
 *   the first one: `{name}{.ext}` finds `a.b` and `md` in `a.b.md`.
 * - A list is its items joined by commas; a comma within an item is no longer told apart. An exploded record has free
 *   names and does not match. `{a:3}` gives three characters at most.
 * - Malformed percent-encoding, a NUL, a `..` path segment (unless `traversal`) and a URI over 8 KiB mean no match.
 *   A template with `unmatchable` matches nothing.
 *
 * Linear in the length of the URI; never throws. RFC 6570 §1.4 asks for delimiters around what is matched.
 */
export function match(
  template: UriTemplate,
  uri: string,
  { traversal = false }: MatchOptions = {},
): Record<string, string> | undefined {
  const { pattern } = template
  if (!pattern || uri.length > maxUriLength) return undefined
  const values: Values = Object.create(null)
  if (!readSlots(pattern, takeNamed(pattern, uri, values), values)) return undefined
  const isUnsafe = (value: string) => value.includes('\0') || (!traversal && parentSegment.test(value))
  return Object.values(values).some(isUnsafe) ? undefined : values
}

/** Reads the named query parameters and returns the URI without them; one that is wrong stays, so nothing matches. */
function takeNamed({ named }: Pattern, uri: string, values: Values): string {
  if (!named) return uri
  return uri.replace(/^([^?#]*)\?([^#]*)/, (_, path: string, query: string) => {
    const others = query.split('&').filter((piece) => {
      const [name = '', raw = ''] = piece.split(/=(.*)/s)
      const slot = named.get(name)
      return !slot || !read(slot, raw, values)
    })
    return others.length ? `${path}?${others.join('&')}` : path
  })
}

function readSlots({ head, ends, middle, tail }: Pattern, text: string, values: Values): boolean {
  if (!middle) return text === head
  if (!text.startsWith(head) || !text.endsWith(tail)) return false
  let start = head.length
  let end = text.length - tail.length
  for (const slot of ends) {
    const { literal, least, fromEnd } = slot
    const at = fromEnd ? text.lastIndexOf(literal, end - least - literal.length) : text.indexOf(literal, start + least)
    const after = at + literal.length
    if (at < start || !read(slot, fromEnd ? text.slice(after, end) : text.slice(start, at), values)) return false
    if (fromEnd) end = at
    else start = after
  }
  return start <= end && read(middle, text.slice(start, end), values)
}

/** Puts the decoded value into `values`; false when the slot cannot hold it. */
function read({ name, prefix, explode, stop, least, split, matrix }: Slot, raw: string, values: Values): boolean {
  const earlier = values[name]
  if ((earlier !== undefined && !explode) || stop?.test(raw)) return false
  const items = split ? raw.split(split) : [raw]
  if (!items.every((item) => (matrix ? /^(?:=[^;]*)?$/.test(item) : item.length >= least))) return false
  try {
    const value = decodeURIComponent(items.map((item) => (matrix ? item.slice(1) : item)).join())
    values[name] = earlier === undefined ? value : `${earlier},${value}`
    return !prefix || Array.from(value).length <= prefix
  } catch {
    return false
  }
}
