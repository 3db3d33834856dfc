import { SchemaError } from './schema-error.ts'

const MAX_DEPTH = 200
const MAX_VALUES = 100_000

/**
 * Copies a JSON Schema as a tree of its own, whose objects inherit from `prototype` and nothing else, so that the validator may mark it and
 * the author's stays as it is.
 *
 * @throws {SchemaError} when it is no JSON, contains itself, nests deeper than 200 levels or has more than 100 000 values
 */
export function copySchema(schema: unknown, prototype: object): unknown {
  const path: string[] = []
  let values = 0
  const copy = (value: unknown): unknown => {
    if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))
      return value
    if (typeof value !== 'object') throw refuse('JSON', typeof value)
    const keys = Object.keys(value)
    values += keys.length
    if (path.length > MAX_DEPTH || values > MAX_VALUES) {
      throw refuse(`at most ${MAX_DEPTH} levels and ${MAX_VALUES} values`, 'more')
    }
    const object = (Array.isArray(value) ? [] : Object.create(prototype)) as Record<string, unknown>
    for (const key of keys) {
      const part: unknown = Reflect.get(value, key)
      if (part === undefined && !Array.isArray(value)) continue
      path.push(key)
      const copied = copy(part)
      path.pop()
      if (!(key in prototype)) object[key] = copied
      else Object.defineProperty(object, key, { value: copied, configurable: true, enumerable: true, writable: true })
    }
    return object
  }
  const refuse = (expected: string, got: string): SchemaError => {
    const pointer = ['#', ...path.slice(0, 20)].join('/')
    return new SchemaError(`Expected ${expected} at ${pointer}, got ${got}.`, { path: pointer })
  }
  return copy(schema)
}
