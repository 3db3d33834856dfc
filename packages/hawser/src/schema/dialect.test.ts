import { describe, expect, it } from 'vitest'
import { checkDialect } from './dialect.ts'
import { SchemaError } from './schema-error.ts'

describe('checkDialect', () => {
  // MUST support 2020-12 for schemas without an explicit $schema. (basic#implementation-requirements)
  // spec: schema-default-dialect
  it('takes a schema without $schema for 2020-12', () => {
    expect(checkDialect({ type: 'object' })).toBe('2020-12')
  })

  it.each([
    ['https://json-schema.org/draft/2020-12/schema', '2020-12'],
    ['https://json-schema.org/draft/2020-12/schema#', '2020-12'],
    ['http://json-schema.org/draft-07/schema#', '07'],
    ['http://json-schema.org/draft-07/schema', '07'],
  ])('reads %s as %s', ($schema, dialect) => {
    expect(checkDialect({ $schema })).toBe(dialect)
  })

  // MUST return an error indicating that the dialect is not supported. (basic#implementation-requirements)
  it.each([
    'http://json-schema.org/draft-04/schema#',
    'https://json-schema.org/draft/2019-09/schema',
    'https://example.com/draft/2020-12/schema',
    '',
  ])('refuses %j and names it', ($schema) => {
    expect(() => checkDialect({ $schema })).toThrow(SchemaError)
    expect(() => checkDialect({ $schema })).toThrow(`Expected JSON Schema 2020-12 or draft-07, got $schema`)
    expect(() => checkDialect({ $schema })).toThrow(JSON.stringify($schema))
  })

  it('refuses a $schema that is no string', () => {
    expect(() => checkDialect(JSON.parse('{"$schema":7}'))).toThrow('got $schema 7')
  })
})
