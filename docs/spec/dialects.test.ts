import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonSchema } from 'hawser/json-schema'
import { expect, it } from 'vitest'

const guide = readFileSync(join(import.meta.dirname, '../guide/first-server.md'), 'utf8')

// basic#implementation-requirements
// spec: schema-dialects-documented
it('the guide names the dialects of JSON Schema that are taken, and says that others are not', () => {
  const takes = (dialect: string): boolean => {
    try {
      jsonSchema({ $schema: dialect })
      return true
    } catch {
      return false
    }
  }
  expect(guide).toMatch(/dialect is 2020-12, or\s+draft-07 .* others are refused/)
  expect(takes('https://json-schema.org/draft/2020-12/schema')).toBe(true)
  expect(takes('http://json-schema.org/draft-07/schema#')).toBe(true)
  for (const other of ['http://json-schema.org/draft-04/schema#', 'https://json-schema.org/draft/2019-09/schema']) {
    expect(takes(other)).toBe(false)
  }
})
