import type { JsonSchema } from '../protocol/index.ts'

/** What a `$ref` such as `#/$defs/note` points at inside `root`; undefined for anchors, other documents and nothing. (RFC 6901) */
export function resolveRef(ref: string, root: JsonSchema): unknown {
  if (ref === '#') return root
  if (!ref.startsWith('#/')) return undefined
  let target: unknown = root
  for (const part of ref.slice(2).split('/')) {
    const key = unescape(part)
    if (typeof target !== 'object' || target === null || !Object.hasOwn(target, key)) return undefined
    target = (target as JsonSchema)[key]
  }
  return target
}

function unescape(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return part
  }
}
