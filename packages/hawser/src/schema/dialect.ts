import type { JsonSchema } from '../protocol/index.ts'
import { SchemaError } from './schema-error.ts'

export type Dialect = '2020-12' | '07'

const KNOWN = /^https?:\/\/json-schema\.org\/draft[/-](2020-12|07)\/schema#?$/

/**
 * Reads the dialect of a JSON Schema: 2020-12 unless `$schema` says otherwise; draft-07 is the other one supported.
 *
 * @example checkDialect({ type: 'object' }) // '2020-12'
 * @throws {SchemaError} when `$schema` names another dialect (basic#schema-dialect)
 */
export function checkDialect(schema: JsonSchema): Dialect {
  const stamp: unknown = schema.$schema
  if (stamp === undefined) return '2020-12'
  const dialect = typeof stamp === 'string' ? KNOWN.exec(stamp)?.[1] : undefined
  if (dialect === '2020-12' || dialect === '07') return dialect
  throw new SchemaError(
    `Expected JSON Schema 2020-12 or draft-07, got $schema ${JSON.stringify(stamp)}. Rewrite it for 2020-12 without $schema.`,
  )
}
