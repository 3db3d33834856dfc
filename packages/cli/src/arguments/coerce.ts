import { usageFailure } from '../failure.ts'
import { describeShape, isSchema, readShape, type Schema } from './read-shape.ts'

/** A number as JSON writes it. (RFC 8259 §6) */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * Turns the text of a command line into the value that a schema asks for. Text stays text wherever text is allowed,
 * unless it is exactly how JSON writes one of the other things that are allowed.
 *
 * @param name How the value is called in messages.
 * @throws Failure when the text cannot be such a value.
 */
export function coerce(name: string, text: string, schema: unknown, root: Schema): unknown {
  const { kinds, constants, items } = readShape(schema, root)
  const constant = constants.find((value) => (typeof value === 'string' ? value : JSON.stringify(value)) === text)
  if (constant !== undefined) return constant
  if (kinds.size === 0) return parseOr(text, text)
  if (kinds.has('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if (kinds.has('null') && text === 'null') return null
  if ((kinds.has('number') || kinds.has('integer')) && NUMBER.test(text)) {
    const number = Number(text)
    const isKept = !kinds.has('string') || String(number) === text
    if (isKept && (kinds.has('number') || Number.isInteger(number))) return checkExact(name, text, number)
  }
  if (kinds.has('object') && text.trimStart().startsWith('{')) {
    const parsed = parseOr(text, undefined)
    if (isSchema(parsed)) return parsed
  }
  if (kinds.has('array')) {
    const parsed = text.trimStart().startsWith('[') ? parseOr(text, undefined) : undefined
    if (Array.isArray(parsed)) return parsed
    if (!kinds.has('string')) return [coerce(name, text, items, root)]
  }
  if (kinds.has('string')) return text
  throw usageFailure(`${name}: expected ${describeShape(schema, root)}, got ${JSON.stringify(text)}.`)
}

/** JSON numbers beyond 2⁵³ would arrive as another number. */
function checkExact(name: string, text: string, number: number): number {
  if (Number.isFinite(number) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(number))) return number
  throw usageFailure(`${name} got ${text}, which is too large to be passed on exactly.`)
}

function parseOr(text: string, other: unknown): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return other
  }
}
