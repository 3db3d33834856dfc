import { didYouMean } from '../command-line/suggest.ts'
import { usageFailure } from '../failure.ts'
import { coerce } from './coerce.ts'
import { readJsonObject } from './read-json.ts'
import { isSchema, readShape, type Schema } from './read-shape.ts'

/** Arguments as they were written after the name of a tool or a prompt. */
export interface WrittenArguments {
  /** A JSON object, or `-` for standard input. */
  readonly json: string | undefined
  /** `--name value`, `--name=value`, `--name` and `--no-name`, in their order and not yet paired. */
  readonly flags: readonly string[]
}

/** Takes the JSON word from the front, or from the back. */
export function splitArguments(words: readonly string[]): WrittenArguments {
  const [first] = words
  if (first !== undefined && !isFlag(first)) return { json: first, flags: words.slice(1) }
  return { json: undefined, flags: words }
}

const isFlag = (word: string): boolean => word.startsWith('-') && word !== '-'

/**
 * Reads the arguments of a tool or a prompt: first the JSON object, over it the single ones, each turned into what the
 * schema asks for.
 *
 * @param learn Gets the schema; asked only when single arguments are given.
 * @throws Failure when they cannot be understood.
 */
export async function readArguments(
  { json, flags }: WrittenArguments,
  learn: () => Promise<Schema>,
): Promise<Record<string, unknown>> {
  const given = new Map(json === undefined ? [] : Object.entries(await readJsonObject(json)))
  if (flags.length > 0) for (const [name, value] of readFlags(flags, await learn())) given.set(name, value)
  // Not an assignment, because an argument may be called __proto__.
  return Object.fromEntries(given)
}

/** Pairs flags with their values by what the schema says of them. */
export function readFlags(flags: readonly string[], schema: Schema): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>()
  const queue = [...flags]
  for (let flag = queue.shift(); flag !== undefined; flag = queue.shift()) {
    if (!flag.startsWith('--')) {
      throw usageFailure(
        `Unexpected ${JSON.stringify(flag)}.`,
        'Single arguments are written --name value; a JSON object comes first.',
      )
    }
    const equals = flag.indexOf('=')
    const written = flag.slice(2, equals < 0 ? undefined : equals)
    const { name, isNegated } = findName(written, schema)
    const property = propertiesOf(schema).get(name)
    const shape = readShape(property, schema)
    const label = `--${written}`
    let value: unknown
    if (equals >= 0) value = coerce(label, flag.slice(equals + 1), property, schema)
    else if (isNegated) value = false
    else if (
      shape.kinds.has('boolean') &&
      queue[0] !== 'true' &&
      queue[0] !== 'false' &&
      isBare(queue[0], shape.kinds.size)
    )
      value = true
    else value = coerce(label, takeValue(label, queue), property, schema)
    set(values, name, value, label)
  }
  return values
}

/** A boolean stands alone; what may be something else too takes the next word unless that is a flag. */
const isBare = (next: string | undefined, kinds: number): boolean =>
  kinds === 1 || next === undefined || next.startsWith('--')

function takeValue(label: string, queue: string[]): string {
  const value = queue.shift()
  if (value === undefined) throw usageFailure(`${label} needs a value.`, `Write ${label} VALUE`)
  if (value.startsWith('--'))
    throw usageFailure(`${label} needs a value, but ${value} follows.`, `If that is the value, write ${label}=${value}`)
  return value
}

/** A list grows with every mention; anything else is given once. */
function set(values: Map<string, unknown>, name: string, value: unknown, label: string): void {
  const before = values.get(name)
  if (before === undefined) values.set(name, value)
  else if (Array.isArray(before) && Array.isArray(value))
    values.set(name, [...(before as unknown[]), ...(value as unknown[])])
  else throw usageFailure(`${label} is given twice.`)
}

function propertiesOf({ properties }: Schema): ReadonlyMap<string, unknown> {
  return new Map(isSchema(properties) ? Object.entries(properties) : [])
}

/** `--max-count` finds `maxCount` and `max_count` too, and `--no-x` turns the boolean `x` off. */
function findName(written: string, schema: Schema): { readonly name: string; readonly isNegated: boolean } {
  const names = [...propertiesOf(schema).keys()]
  const find = (text: string): string | undefined => {
    if (names.includes(text)) return text
    const alike = names.filter((name) => fold(name) === fold(text))
    return alike.length === 1 ? alike[0] : undefined
  }
  const name = find(written)
  if (name !== undefined) return { name, isNegated: false }
  const positive = written.startsWith('no-') ? find(written.slice('no-'.length)) : undefined
  if (positive !== undefined && readShape(propertiesOf(schema).get(positive), schema).kinds.has('boolean')) {
    return { name: positive, isNegated: true }
  }
  if (takesAnyName(schema, names)) return { name: written, isNegated: false }
  throw usageFailure(
    `There is no argument --${written}.`,
    ...didYouMean(written, names, (it) => `--${it}`),
    names.length === 0 ? 'It takes no arguments.' : `It takes ${names.map((it) => `--${it}`).join(', ')}.`,
  )
}

const fold = (name: string): string => name.toLowerCase().replace(/[-_]/g, '')

/** Schemas are open unless they say otherwise, but an undeclared name is far more often a slip. */
function takesAnyName({ additionalProperties, patternProperties }: Schema, names: readonly string[]): boolean {
  if (additionalProperties === true || isSchema(additionalProperties) || isSchema(patternProperties)) return true
  return names.length === 0 && additionalProperties === undefined
}
