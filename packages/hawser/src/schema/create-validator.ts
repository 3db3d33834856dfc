import { validate } from '@cfworker/json-schema'
import type { JsonSchema } from '../protocol/index.ts'
import { toIssues } from './json-issues.ts'
import { loadSchema } from './load-schema.ts'
import { readInstance } from './read-instance.ts'
import type { StandardIssue } from './standard-schema.ts'
import { allowVisits } from './visits.ts'

/** What may be said about a JSON Schema. */
export interface JsonSchemaOptions {
  /**
   * Refuses `pattern`s that some text would make run for ever. Set to false only for patterns that you wrote yourself, when
   * one is refused that you know to be harmless.
   */
  readonly guardPatterns?: boolean
}

/** Says what is wrong with a value; empty when nothing is. */
export type Validator = (value: unknown) => readonly StandardIssue[]

/** Looks at subschemas that one validation may take: some to begin with, and more for each value in what is validated. */
const VISITS = 20_000
const VISITS_PER_VALUE = 50
const MAX_VISITS = 1_000_000

const none: readonly StandardIssue[] = []

/**
 * Prepares the validation of values by a JSON Schema. The schema may come from a stranger: its depth (64), size (10 000
 * subschemas) and the work it makes are bounded, nothing it refers to is fetched, and patterns on which a match could take
 * exponentially long are refused. Formats are checked, except those that no standard names.
 *
 * @example createValidator({ type: 'integer' })('7') // [{ message: 'expected integer', path: [] }]
 * @throws {SchemaError} when the schema is invalid, in an unsupported dialect, refers to anything outside itself or uses
 * `$dynamicRef`; `path` is a JSON Pointer into it (basic#json-schema-usage)
 */
export function createValidator(schema: JsonSchema | boolean, options: JsonSchemaOptions = {}): Validator {
  const loaded = loadSchema(schema, options.guardPatterns ?? true)
  const { root, draft, lookup, maxName } = loaded
  return (given) => {
    const instance = readInstance(given, maxName)
    if (instance.issue) return [instance.issue]
    const { value, size } = instance
    try {
      allowVisits(Math.min(VISITS + VISITS_PER_VALUE * size, MAX_VISITS), size)
      const { valid, errors } = validate(value, root, draft, lookup, true)
      if (valid) return none
      return toIssues(findAll() ?? errors, loaded, value)
    } catch (error) {
      // Out of visits, or of stack.
      if (error instanceof RangeError) return [{ message: 'too large or too deep to be checked', path: [] }]
      throw error
    }

    /** The first run stops at the first fault of each object; this one goes on while it is cheap. */
    function findAll(): ReturnType<typeof validate>['errors'] | undefined {
      try {
        allowVisits(VISITS, size)
        return validate(value, root, draft, lookup, false).errors
      } catch (error) {
        if (error instanceof RangeError) return undefined
        throw error
      }
    }
  }
}
