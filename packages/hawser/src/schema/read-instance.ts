import type { StandardIssue } from './standard-schema.ts'

const MAX_DEPTH = 128

/** A value as its JSON will be, with the number of values in it, or why it has none. */
export type Instance =
  | { readonly value: unknown; readonly size: number; readonly issue?: undefined }
  | { readonly issue: StandardIssue }

/**
 * Checks that a value is JSON, at most 128 levels deep, with property names of at most `maxName` characters. Properties that
 * are undefined are left out, as `JSON.stringify` does; the value itself is not changed.
 */
export function readInstance(value: unknown, maxName: number): Instance {
  const path: (string | number)[] = []
  let size = 0
  let hasGaps = false

  /** What is wrong with a part, and `path` is where. */
  const check = (part: unknown): string | undefined => {
    size++
    if (part === null || typeof part === 'string' || typeof part === 'boolean' || Number.isFinite(part))
      return undefined
    if (typeof part !== 'object' || ('toJSON' in part && typeof part.toJSON === 'function'))
      return 'expected a JSON value'
    if (path.length >= MAX_DEPTH) return `expected at most ${MAX_DEPTH} levels`
    for (const [key, inner] of Array.isArray(part) ? part.entries() : Object.entries(part)) {
      if (typeof key === 'string') {
        if (inner === undefined) {
          hasGaps = true
          continue
        }
        if (key.length > maxName) return `expected property names of at most ${maxName} characters`
        // The validator writes names into URIs, which half a surrogate pair cannot be in.
        if (!key.isWellFormed()) return 'expected property names of well-formed Unicode'
      }
      path.push(key)
      const problem = check(inner)
      if (problem !== undefined) return problem
      path.pop()
    }
    return undefined
  }
  const message = check(value)
  if (message !== undefined) return { issue: { message, path } }
  return { value: hasGaps ? withoutGaps(value) : value, size }
}

function withoutGaps(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutGaps)
  const kept = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(kept.map(([name, part]) => [name, withoutGaps(part)]))
}
