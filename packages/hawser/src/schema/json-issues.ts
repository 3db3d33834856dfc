import type { OutputUnit } from '@cfworker/json-schema'
import { clip } from './clip.ts'
import type { LoadedSchema } from './load-schema.ts'
import type { StandardIssue } from './standard-schema.ts'

const MAX_ISSUES = 20
const MAX_SHOWN = 200

/** Units that only say that something further in is wrong, which the units after them say better. */
const WRAPPERS = new Set([
  '$ref',
  'additionalItems',
  'additionalProperties',
  'allOf',
  'dependentSchemas',
  'if',
  'items',
  'patternProperties',
  'prefixItems',
  'properties',
  'unevaluatedItems',
  'unevaluatedProperties',
])
/** Units whose inner units each tell of one of several ways to be right. */
const GROUPS = new Set(['anyOf', 'contains', 'not', 'oneOf', 'propertyNames'])

interface Finding extends StandardIssue {
  readonly path: readonly (string | number)[]
  /** Set when it is another kind of value altogether, as with a branch of a union that is not meant. */
  readonly isMisfit: boolean
}

/** Turns what the validator reports about a value into at most 20 issues that say what was expected where. */
export function toIssues(units: readonly OutputUnit[], schema: LoadedSchema, value: unknown): StandardIssue[] {
  const findings = findIn(units, { schema, value })
  return findings.slice(0, MAX_ISSUES).map(({ message, path }) => ({ message, path }))
}

interface Source {
  readonly schema: LoadedSchema
  readonly value: unknown
}

function findIn(units: readonly OutputUnit[], source: Source): Finding[] {
  const findings: Finding[] = []
  const missed = missedItems(units)
  for (let i = 0; i < units.length; i++) {
    const unit = units[i]
    if (unit === undefined || isWrapper(unit)) continue
    if (!GROUPS.has(unit.keyword)) {
      if (!missed.some((place) => unit.keywordLocation.startsWith(place))) findings.push(toFinding(unit, source))
      continue
    }
    const start = i + 1
    while (isWithin(units[i + 1], unit.keywordLocation)) i++
    const isChoice = unit.keyword === 'anyOf' || unit.keyword === 'oneOf'
    findings.push(...(isChoice ? findClosest(unit, units.slice(start, i + 1), source) : [toFinding(unit, source)]))
  }
  return findings
}

/** The validator gives `false` the location of the value, so it counts to what it follows. */
function isWithin(unit: OutputUnit | undefined, location: string): boolean {
  return unit !== undefined && (unit.keyword === 'false' || unit.keywordLocation.startsWith(`${location}/`))
}

function isWrapper({ keyword, error }: OutputUnit): boolean {
  return WRAPPERS.has(keyword) || (keyword === 'dependencies' && !error.includes('does not have'))
}

/** Where items that `contains` did not match are nothing wrong in themselves, for `minContains` reports the lack of others. */
function missedItems(units: readonly OutputUnit[]): string[] {
  return units
    .filter(({ keyword }) => keyword === 'minContains')
    .map(({ keywordLocation }) => keywordLocation.replace(/minContains$/, 'contains/'))
}

/** Of a union only the branch that the value comes closest to is worth hearing about. */
function findClosest(choice: OutputUnit, units: readonly OutputUnit[], source: Source): Finding[] {
  const matches = /\((\d+) matches\)/.exec(choice.error)?.[1] ?? '0'
  if (matches !== '0') {
    const message = `expected a match of exactly one alternative, not of ${matches}`
    return [{ message, path: pathOf(choice, source.value), isMisfit: false }]
  }
  const branches: OutputUnit[][] = []
  let branch = ''
  for (const unit of units) {
    const name =
      unit.keyword === 'false' ? branch : unit.keywordLocation.slice(choice.keywordLocation.length + 1).split('/', 1)[0]
    if (name !== branch || branches.length === 0) branches.push([])
    branch = name ?? ''
    branches.at(-1)?.push(unit)
  }
  const depth = pathOf(choice, source.value).length
  const found = branches.map((part) => findIn(part, source))
  const isElsewhere = (findings: readonly Finding[]): boolean =>
    findings.some(({ isMisfit, path }) => isMisfit && path.length === depth)
  const meant = found.filter((findings) => !isElsewhere(findings))
  const cost = (findings: readonly Finding[]): number =>
    findings.reduce((sum, { isMisfit }) => sum + (isMisfit ? MAX_ISSUES : 1), 0)
  const closest = meant.sort((a, b) => cost(a) - cost(b))[0]
  if (closest !== undefined) return closest
  const kinds = found.flatMap(([first]) => (first ? [first.message.replace(/^expected /, '')] : []))
  const message = clip(`expected ${[...new Set(kinds)].join(' or ')}`, MAX_SHOWN)
  return [{ message, path: pathOf(choice, source.value), isMisfit: true }]
}

function toFinding(unit: OutputUnit, { schema, value }: Source): Finding {
  const { keyword, keywordLocation, error } = unit
  const path = pathOf(unit, value)
  const isMisfit = keyword === 'type' || keyword === 'const' || keyword === 'enum'
  // The validator quotes names without escaping them, so they are read up to the end.
  if (keyword === 'required') return { message: 'required', path: [...path, nameIn(error)], isMisfit }
  if (keyword === 'propertyNames')
    return { message: `property name ${clip(JSON.stringify(nameIn(error)), MAX_SHOWN)} is not allowed`, path, isMisfit }
  const wanted = keywordLocation.startsWith('#') ? keywordAt(keywordLocation, schema) : undefined
  return { message: describe(keyword, wanted, error), path, isMisfit }
}

function nameIn(error: string): string {
  return error.slice(error.indexOf('"') + 1, error.lastIndexOf('"'))
}

function describe(keyword: string, wanted: unknown, error: string): string {
  const shown = clip(JSON.stringify(wanted) ?? '', MAX_SHOWN)
  switch (keyword) {
    case 'type':
      return `expected ${[wanted].flat().join(' or ')}`
    case 'const':
      return `expected ${shown}`
    case 'enum':
      return `expected one of ${shown.slice(1, -1).replaceAll('","', '", "')}`
    case 'minimum':
      return `expected at least ${shown}`
    case 'maximum':
      return `expected at most ${shown}`
    case 'exclusiveMinimum':
      return `expected more than ${shown}`
    case 'exclusiveMaximum':
      return `expected less than ${shown}`
    case 'multipleOf':
      return `expected a multiple of ${shown}`
    case 'minLength':
      return `expected at least ${shown} characters`
    case 'maxLength':
      return `expected at most ${shown} characters`
    case 'minItems':
      return `expected at least ${shown} items`
    case 'maxItems':
      return `expected at most ${shown} items`
    case 'minProperties':
      return `expected at least ${shown} properties`
    case 'maxProperties':
      return `expected at most ${shown} properties`
    case 'pattern':
      return `expected a match of ${shown}`
    case 'format':
      return `expected format ${shown}`
    case 'uniqueItems':
      return 'expected no item twice'
    case 'contains':
      return 'expected an item that matches'
    case 'minContains':
      return `expected at least ${shown} items that match`
    case 'maxContains':
      return `expected at most ${shown} items that match`
    case 'not':
      return 'expected anything else'
    case 'false':
      return 'not allowed'
    case 'dependencies':
    case 'dependentRequired':
      return clip(
        error.replace(/^Instance has (".*") but does not have (".*")\.$/s, 'expected $2 beside $1'),
        MAX_SHOWN,
      )
    default:
      return clip(error, MAX_SHOWN)
  }
}

/** The value of the keyword at a location, which goes through references as the validator did. */
function keywordAt(location: string, { root, lookup }: LoadedSchema): unknown {
  let at: unknown = root
  for (const step of stepsOf(location)) {
    if (typeof at !== 'object' || at === null) return undefined
    const target: unknown = Reflect.get(at, '__absolute_ref__')
    at = step === '$ref' && typeof target === 'string' ? lookup[target] : Reflect.get(at, step)
  }
  return at
}

function pathOf({ instanceLocation }: OutputUnit, value: unknown): (string | number)[] {
  let at: unknown = value
  return stepsOf(instanceLocation).map((step) => {
    const key = Array.isArray(at) ? Number(step) : step
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined
    return key
  })
}

/** The steps of a JSON Pointer in a URI fragment. (RFC 6901 §6) */
function stepsOf(pointer: string): string[] {
  const steps = pointer.split('/').slice(1)
  return steps.map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
}
