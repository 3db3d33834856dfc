import { describe, expect, it } from 'vitest'
import { describeShape, type Schema } from './read-shape.ts'

describe('the words for a type', () => {
  it.each<[schema: Schema, words: string]>([
    [{ type: 'integer' }, 'integer'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ enum: ['a', 'b'] }, '"a" | "b"'],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, '("a" | "b")[]'],
    [{ type: 'array' }, 'anything[]'],
    [{ anyOf: [{ const: 1 }, { const: 2 }] }, '1 | 2'],
    [{ enum: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }, '1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 2 more'],
    [{}, 'anything'],
    [{ type: 'elephant', enum: 'x', anyOf: 7 }, 'anything'],
  ])('%j are %s', (schema, words) => {
    expect(describeShape(schema, schema)).toBe(words)
  })
})
