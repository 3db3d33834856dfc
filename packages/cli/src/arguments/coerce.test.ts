import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coerce } from './coerce.ts'
import type { Schema } from './read-shape.ts'

const read = (text: string, schema: Schema, root: Schema = {}) => coerce('--x', text, schema, root)

describe('the text of a command line', () => {
  it.each<[text: string, schema: Schema, value: unknown]>([
    ['007', { type: 'string' }, '007'],
    ['true', { type: 'string' }, 'true'],
    ['7', { type: 'integer' }, 7],
    ['-1.5e3', { type: 'number' }, -1500],
    ['false', { type: 'boolean' }, false],
    ['null', { type: ['string', 'null'] }, null],
    ['7', { type: ['string', 'number'] }, 7],
    ['007', { type: ['string', 'number'] }, '007'],
    ['1.0', { type: ['string', 'number'] }, '1.0'],
    ['a,b', { type: 'array', items: { type: 'string' } }, ['a,b']],
    ['[1,2]', { type: 'array', items: { type: 'integer' } }, [1, 2]],
    ['3', { type: 'array', items: { type: 'integer' } }, [3]],
    ['[draft', { type: 'array', items: { type: 'string' } }, ['[draft']],
    ['{"a":{"b":1}}', { type: 'object' }, { a: { b: 1 } }],
    ['2', { enum: ['1', '2'] }, '2'],
    ['2', { enum: [1, 2] }, 2],
    ['{"a":1}', {}, { a: 1 }],
    ['words', {}, 'words'],
    ['5', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 5],
  ])('%s as %j is %j', (text, schema, value) => {
    expect(read(text, schema)).toEqual(value)
  })

  it('follows references, also those that lead in circles', () => {
    const root = { $defs: { 'a/b': { type: 'integer' }, loop: { $ref: '#/$defs/loop' } } }
    expect(read('5', { $ref: '#/$defs/a~1b' }, root)).toBe(5)
    expect(read('5', { $ref: '#/$defs/loop' }, root)).toBe(5)
    expect(read('x', { $ref: '#/constructor/name' }, root)).toBe('x')
  })

  it.each<[text: string, schema: Schema, message: string]>([
    ['x', { type: 'integer' }, '--x: expected integer, got "x".'],
    ['1.5', { type: 'integer' }, '--x: expected integer, got "1.5".'],
    ['yes', { type: 'boolean' }, '--x: expected boolean, got "yes".'],
    ['{', { type: 'object' }, '--x: expected object, got "{".'],
    ['9007199254740993', { type: 'integer' }, '--x got 9007199254740993, which is too large to be passed on exactly.'],
    ['1e999', { type: 'number' }, '--x got 1e999, which is too large to be passed on exactly.'],
  ])('%s as %j is refused', (text, schema, message) => {
    expect(() => read(text, schema)).toThrow(message)
  })

  it('keeps every text where text is asked for', () => {
    fc.assert(fc.property(fc.string(), (text) => read(text, { type: 'string' }) === text))
  })

  it('keeps every finite number that JSON can write', () => {
    const numbers = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value))
    fc.assert(
      fc.property(numbers, (value) =>
        Object.is(read(JSON.stringify(value), { type: 'number' }), value === 0 ? 0 : value),
      ),
    )
  })
})
