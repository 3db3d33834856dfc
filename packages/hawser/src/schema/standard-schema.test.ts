import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { InferInput, InferOutput, StandardSchema } from './standard-schema.ts'

const read = <S extends StandardSchema>(schema: S): S => schema

describe('StandardSchema', () => {
  it('takes values of zod, arktype and valibot with their types', () => {
    const ofZod = read(z.object({ id: z.string(), size: z.number().default(1) }))
    const ofArk = read(type({ id: 'string', 'size?': 'number' }))
    const ofValibot = read(v.object({ id: v.string(), size: v.optional(v.number(), 1) }))
    const wrapped = read(toStandardJsonSchema(v.object({ id: v.string() })))

    expectTypeOf<InferInput<typeof ofZod>>().toEqualTypeOf<{ id: string; size?: number | undefined }>()
    expectTypeOf<InferOutput<typeof ofZod>>().toEqualTypeOf<{ id: string; size: number }>()
    expectTypeOf<InferOutput<typeof ofArk>>().toEqualTypeOf<{ id: string; size?: number }>()
    expectTypeOf<InferOutput<typeof ofValibot>>().toEqualTypeOf<{ id: string; size: number }>()
    expectTypeOf<InferOutput<typeof wrapped>>().toEqualTypeOf<{ id: string }>()
    expect([ofZod, ofArk, ofValibot, wrapped].map((schema) => schema['~standard'].vendor)).toEqual([
      'zod',
      'arktype',
      'valibot',
      'valibot',
    ])
  })

  it('is the standard as published, in both directions', () => {
    expectTypeOf<StandardSchemaV1<1, 2>>().toExtend<StandardSchema<1, 2>>()
    expectTypeOf<StandardSchemaV1<1, 2> & StandardJSONSchemaV1<1, 2>>().toExtend<StandardSchema<1, 2>>()
    expectTypeOf<StandardSchema<1, 2>>().toExtend<StandardSchemaV1<1, 2>>()
  })

  it('keeps a schema of another type out', () => {
    // @ts-expect-error a number is no string
    const wrong: StandardSchema<string> = z.number()
    expect(wrong['~standard'].version).toBe(1)
  })
})
