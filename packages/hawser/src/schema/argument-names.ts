import type { JsonSchema } from '../protocol/index.ts'
import { clip } from './clip.ts'

/** Says which arguments a tool does not take, one line each for the model; undefined when all is well. */
export type FindUnknownArguments = (args: { readonly [name: string]: unknown }) => string | undefined

/** Keywords beside `properties` that can allow further names. */
const OPENING = [
  '$ref',
  '$dynamicRef',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'dependentSchemas',
  'dependencies',
  'patternProperties',
]
const MAX_LINES = 20

/**
 * Reads the argument names from a tool's schema, once when the tool is loaded, for libraries drop unknown keys silently and
 * a misspelt optional argument would go unnoticed. With `additionalProperties: false` every unknown name counts; without,
 * only one that looks like a known name that is missing.
 *
 * @example
 * const find = createArgumentNames({ type: 'object', properties: { query: { type: 'string' } } })
 * find({ qeury: 'tides' }) // 'unknown argument `qeury`; did you mean `query`?'
 */
export function createArgumentNames(inputSchema: JsonSchema): FindUnknownArguments {
  const { properties, additionalProperties, unevaluatedProperties } = inputSchema
  const isOpen =
    OPENING.some((keyword) => inputSchema[keyword] !== undefined) ||
    [additionalProperties, unevaluatedProperties].some((rest) => rest !== undefined && rest !== false)
  if (isOpen) return () => undefined
  const names = new Set(Object.keys(properties ?? {}))
  const isClosed = additionalProperties === false || unevaluatedProperties === false
  return (args) => {
    let unknown: string[] | undefined
    for (const name in args) if (!names.has(name)) (unknown ??= []).push(name)
    return unknown && describe(unknown, args, names, isClosed)
  }
}

function describe(
  unknown: readonly string[],
  args: object,
  names: ReadonlySet<string>,
  isClosed: boolean,
): string | undefined {
  const missing = [...names].filter((name) => !Object.hasOwn(args, name))
  const lines = unknown.slice(0, MAX_LINES).flatMap((name) => {
    const closest = findClosest(name, missing)
    if (closest === undefined && !isClosed) return []
    const hint =
      closest === undefined ? `known: ${clip([...names].join(', '), 200) || 'none'}` : `did you mean \`${closest}\`?`
    return `unknown argument \`${clip(name, 64)}\`; ${hint}`
  })
  return lines.join('\n') || undefined
}

function findClosest(name: string, names: readonly string[]): string | undefined {
  const folded = fold(name)
  return names.find((known) => fold(known) === folded) ?? names.find((known) => isTypo(folded, fold(known)))
}

/** `max_results`, `maxResults` and `max-results` are one name to a model. */
function fold(name: string): string {
  return name.toLowerCase().replace(/[_\s-]/g, '')
}

/** Tells whether one letter differs, two neighbours are swapped, or in long words two neighbours differ. */
function isTypo(a: string, b: string): boolean {
  const length = Math.max(a.length, b.length)
  const shared = Math.min(a.length, b.length)
  let start = 0
  while (start < shared && a[start] === b[start]) start++
  let end = 0
  while (end < shared - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const gap = length - start - end
  const isSwap = gap === 2 && a[start] === b[start + 1] && a[start + 1] === b[start]
  return shared > 2 && (gap < 2 || isSwap || (gap === 2 && length > 6))
}
