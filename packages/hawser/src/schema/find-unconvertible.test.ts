import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { findUnconvertible } from './find-unconvertible.ts'
import type { StandardSchema } from './standard-schema.ts'

describe('findUnconvertible', () => {
  it('goes down to the innermost property', () => {
    const schema = z.object({ ok: z.string(), a: z.object({ b: z.date() }) })
    const tried: string[] = []
    const path = findUnconvertible(schema, (part) => {
      tried.push(part['~standard'].vendor)
      z.toJSONSchema(part as z.ZodType)
    })
    expect(path).toBe('a.b')
    expect(tried.length).toBeGreaterThan(2)
  })

  it('is empty for a library that shows no parts', () => {
    const schema: StandardSchema = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } }
    expect(findUnconvertible(schema, () => expect.unreachable())).toBe('')
  })

  it('ends on parts that contain each other', () => {
    const standard = { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } as const
    const a: { '~standard': typeof standard; shape: Record<string, unknown> } = { '~standard': standard, shape: {} }
    const b = { '~standard': standard, shape: { a } }
    a.shape['b'] = b
    const fail = (): never => {
      throw new Error('never converts')
    }
    expect(findUnconvertible(a, fail)).toBe('b')
  })
})
