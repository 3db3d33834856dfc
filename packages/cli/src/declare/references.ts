/** What a reference leads to. */
export interface Found {
  /** The name of its type. */
  readonly name: string
  readonly schema: unknown
  /** Nobody has declared the type so far. */
  readonly isNew: boolean
}

/** Follows the references of one schema. */
export interface References {
  /**
   * Finds what a reference leads to; nothing when that lies outside the schema, does not exist, or would make a type its own
   * synonym.
   *
   * @param within The type that the reference stands directly in.
   */
  readonly find: (reference: string, within: string | undefined) => Found | undefined
}

/** Types that one schema may have by name. */
const MAX_NAMES = 500

export function createReferences(root: unknown, makeName: () => string): References {
  const names = new Map<string, string>()
  /** For each type the types that it consists of directly: TypeScript takes no circle of these. */
  const parts = new Map<string, Set<string>>()

  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true
    if (seen.has(from)) return false
    seen.add(from)
    return [...(parts.get(from) ?? [])].some((next) => reaches(next, to, seen))
  }

  return {
    find: (reference, within) => {
      const schema = resolve(root, reference)
      if (schema === undefined) return undefined
      const known = names.get(reference)
      if (known === undefined && names.size >= MAX_NAMES) return undefined
      if (known !== undefined && within !== undefined && reaches(known, within)) return undefined
      const name = known ?? makeName()
      names.set(reference, name)
      if (within !== undefined) parts.set(within, (parts.get(within) ?? new Set()).add(name))
      return { name, schema, isNew: known === undefined }
    },
  }
}

/** The value at a JSON Pointer in a URI fragment. (RFC 6901 §6) */
function resolve(root: unknown, reference: string): unknown {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined
  let at = root
  for (const step of reference.split('/').slice(1)) {
    const name = decode(step)?.replaceAll('~1', '/').replaceAll('~0', '~')
    if (name === undefined || typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = Reflect.get(at, name)
  }
  return at
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
