import { parseDocument } from 'yaml'
import { isObject, type JsonValue } from '../../protocol/index.ts'

/** Most characters that are read, since a parser takes many times as much memory. */
const MAX_CHARS = 64 * 1024

/** The revisions of YAML that readers follow. */
const VERSIONS = ['1.2', '1.1'] as const

/**
 * Reads the YAML of a frontmatter as JSON. What readers of different revisions take for different values, such as `yes` or
 * `2026-01-01` without quotes, is refused: clients compare what they read with what we read.
 *
 * @throws TypeError saying what is wrong and, where that is known, in which line of the file.
 */
export function readYaml(text: string): JsonValue {
  if (text.length > MAX_CHARS) throw new TypeError(`Its frontmatter is longer than ${MAX_CHARS} characters.`)
  const [one, other] = VERSIONS.map((version) => readAs(text, version))
  const place = findDifference(one, other)
  if (place === undefined) return one as JsonValue
  throw new TypeError(`Its frontmatter has a value that not every reader takes for the same${place}. Put it in quotes.`)
}

function readAs(text: string, version: (typeof VERSIONS)[number]): unknown {
  const parsed = parseDocument(text, { version, prettyErrors: true, logLevel: 'silent' })
  const [problem] = [...parsed.errors, ...parsed.warnings]
  if (problem !== undefined) {
    // The file begins with a line ---, which is not part of the text.
    const line = problem.linePos === undefined ? '' : `Line ${problem.linePos[0].line + 1} of its frontmatter: `
    throw new TypeError(line + problem.message.split(' at line ', 1)[0]!)
  }
  try {
    return parsed.toJS({ maxAliasCount: 0 }) as unknown
  } catch (cause) {
    throw new TypeError('Its frontmatter has an alias, which not every reader follows.', { cause })
  }
}

/** Where two readings differ, or hold what JSON cannot carry; nothing when they are the same. */
function findDifference(one: unknown, other: unknown, path = ''): string | undefined {
  const differs = path === '' ? '' : ` at ${path.slice(1)}`
  if (Array.isArray(one) && Array.isArray(other)) return findInside(Object.entries(one), Object.entries(other), path)
  if (isPlain(one) && isPlain(other)) return findInside(Object.entries(one), Object.entries(other), path)
  const isScalar = one === null || ['string', 'boolean'].includes(typeof one) || Number.isFinite(one)
  return isScalar && Object.is(one, other) ? undefined : differs
}

type Entries = readonly (readonly [string, unknown])[]

function findInside(one: Entries, other: Entries, path: string): string | undefined {
  if (one.length !== other.length) return ` at ${path.slice(1) || 'its top'}`
  for (const [index, [key, value]] of one.entries()) {
    const [otherKey, otherValue] = other[index]!
    const found = key === otherKey ? findDifference(value, otherValue, `${path}.${key}`) : ` at ${path.slice(1)}.${key}`
    if (found !== undefined) return found
  }
  return undefined
}

/** Dates and sets of YAML 1.1 are objects of classes. */
const isPlain = (value: unknown): value is object =>
  isObject(value) && Object.getPrototypeOf(value) === Object.prototype
