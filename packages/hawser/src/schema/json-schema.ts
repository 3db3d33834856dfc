import type { JsonSchema } from '../protocol/index.ts'
import { createValidator, type JsonSchemaOptions } from './create-validator.ts'
import type { StandardSchema } from './standard-schema.ts'

export { createValidator, type JsonSchemaOptions, type Validator } from './create-validator.ts'
export { SchemaError } from './schema-error.ts'
export { validateOutput } from './validate-output.ts'

/**
 * Wraps plain JSON Schema (2020-12, or draft-07 when `$schema` says so) so that it can stand wherever a schema of a library
 * can. Clients see it as it is written. It validates without `eval`, changes no value and fills in no defaults.
 *
 * @example
 * const input = jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] })
 * @throws {SchemaError} as `createValidator`
 * @see basic#json-schema-usage
 */
export function jsonSchema<T = unknown>(schema: JsonSchema, options: JsonSchemaOptions = {}): StandardSchema<T> {
  const findIssues = createValidator(schema, options)
  return {
    '~standard': {
      version: 1,
      vendor: 'hawser',
      validate: (value) => {
        const issues = findIssues(value)
        return issues.length > 0 ? { issues } : { value: value as T }
      },
      jsonSchema: { input: () => schema, output: () => schema },
    },
  }
}
