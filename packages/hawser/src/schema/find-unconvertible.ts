import type { StandardSchema } from './standard-schema.ts'

/**
 * The path of the innermost part of a schema that does not convert, `a.b` for property `b` of `a`; empty when the library
 * does not show its parts. Only called once a conversion has failed, so it may try part by part.
 */
export function findUnconvertible(schema: StandardSchema, convert: (part: StandardSchema) => unknown): string {
  const path: string[] = []
  const seen = new Set<unknown>()
  const fails = (part: unknown): boolean => {
    try {
      convert(part as StandardSchema)
      return false
    } catch {
      return !seen.has(part)
    }
  }
  for (let part: unknown = schema; part;) {
    seen.add(part)
    const [name, inner] = partsOf(part).find((entry) => isSchema(entry[1]) && fails(entry[1])) ?? []
    if (name) path.push(name)
    part = inner
  }
  return path.join('.')
}

/** Zod shows `shape` and keeps wrapped types in `def`; ArkType shows `props`. */
interface Shown {
  readonly shape?: object
  readonly def?: object
  readonly props?: readonly { readonly key: string; readonly value: unknown }[]
}

function partsOf(schema: unknown): (readonly [name: string, part: unknown])[] {
  try {
    const { shape = {}, def = {}, props = [] } = schema as Shown
    return [
      ...Object.entries(shape),
      ...props.map(({ key, value }) => [key, value] as const),
      ...Object.values(def).flatMap((parts: unknown) => [parts].flat().map((part) => ['', part] as const)),
    ]
  } catch {
    // ArkType's `props` throws for what is no object.
    return []
  }
}

/** ArkType's values are functions. */
function isSchema(value: unknown): boolean {
  return ((typeof value === 'object' && value !== null) || typeof value === 'function') && '~standard' in value
}
