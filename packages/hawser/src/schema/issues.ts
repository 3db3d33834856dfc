import { clip } from './clip.ts'
import type { StandardIssue } from './standard-schema.ts'

const MAX_ISSUES = 20
const MAX_MESSAGE = 300
/** A message may quote what came, of any length, and what searches it is not linear. */
const MAX_READ = 2_000
const MAX_VALUE = 80

/**
 * Says what is wrong with a value, one line an issue, for the model or the person who sent it.
 *
 * @example describeIssues(result.issues, { limit: 'ten' }) // 'limit: expected number, got string "ten"'
 */
export function describeIssues(issues: readonly StandardIssue[], value: unknown): string {
  const lines = issues.slice(0, MAX_ISSUES).map((issue) => describeIssue(issue, value))
  if (issues.length > MAX_ISSUES) lines.push(`… and ${issues.length - MAX_ISSUES} more`)
  return lines.join('\n')
}

function describeIssue(issue: StandardIssue, value: unknown): string {
  const path = keysOf(issue)
  const place = formatPath(path)
  return `${place || 'value'}: ${expectation(issue, place)}, got ${describeValue(valueAt(value, path))}`
}

/** Takes out of a library's message what the line says already: the path, the category and what came. */
function expectation(issue: StandardIssue, place: string): string {
  const branches = branchesOf(issue)
  if (branches.length > 0) return clip(branches.join(' or '), MAX_MESSAGE)
  const message = issue.message.slice(0, MAX_READ).replace(/\s+/g, ' ')
  const own = place && message.startsWith(`${place} `) ? message.slice(place.length + 1) : message
  return clip(
    fromValibot(own)
      .replace(/^(?:Invalid [a-z]+|Too (?:big|small)): (?=expected )/i, '')
      .replace(/(?:,| but) received .*$/, '')
      .replace(/ \(was .*?\)(?= or |$)/g, '')
      .replace(/^expected nonoptional$/, 'required')
      .replace(/^must be (?!removed)/, 'expected ')
      .replace(/^Expected /, 'expected '),
    MAX_MESSAGE,
  )
}

/** Valibot says in the category alone what is counted, or what the whole text should be. */
function fromValibot(message: string): string {
  return message
    .replace(/^Invalid key: Expected never .*/, 'not allowed')
    .replace(/^Invalid key: .* undefined$/, 'required')
    .replace(/^Invalid (?!type:|value:)([\w ]+):(?: Received .*| Expected(?= ))/, 'expected $1')
}

/** Zod reports a union as `Invalid input` and keeps the issues of each branch in `errors`. */
function branchesOf(issue: StandardIssue & { readonly errors?: unknown }): string[] {
  if (!Array.isArray(issue.errors)) return []
  const texts = issue.errors.flatMap((branch: unknown) => {
    const first: unknown = Array.isArray(branch) ? branch[0] : undefined
    if (!isIssue(first)) return []
    const place = formatPath(keysOf(first))
    return `${place && `${place}: `}${expectation(first, place)}`
  })
  return [...new Set(texts)].slice(0, MAX_ISSUES)
}

function isIssue(value: unknown): value is StandardIssue {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
}

function keysOf({ path }: StandardIssue): PropertyKey[] {
  // ArkType's path is a kind of array whose `map` makes one of its own kind.
  return Array.from(path ?? [], (part) => (typeof part === 'object' ? part.key : part))
}

function formatPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`
    else if (/^[\w$]+$/.test(String(key))) text += text ? `.${String(key)}` : String(key)
    else text += `[${JSON.stringify(clip(String(key), MAX_VALUE))}]`
  }
  return clip(text, MAX_MESSAGE)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = Reflect.get(at, key)
  }
  return at
}

/** The JSON type and, as far as it is short, the value; nothing large is serialised. */
function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') return `string ${JSON.stringify(clip(value, MAX_VALUE))}`
  if (Array.isArray(value)) return value.length === 1 ? 'array of 1 item' : `array of ${value.length} items`
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value} ${value}`
  if (typeof value !== 'object') return typeof value
  const keys = Object.keys(value)
  return keys.length === 0 ? 'empty object' : `object with ${clip(keys.slice(0, 10).join(', '), MAX_VALUE)}`
}
