import { describe, expect, it } from 'vitest'
import { createTypePrinter } from './print-type.ts'

const print = (schema: unknown): string => createTypePrinter().print(schema)
/** On one line. */
const flat = (schema: unknown): string => print(schema).replaceAll(/\s*\n\s*/g, ' ')

describe('the type of a JSON Schema', () => {
  it.each([
    [{ type: 'string' }, 'string'],
    [{ type: 'integer', minimum: 3 }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ type: 'strange' }, 'unknown'],
    [{ const: 'a' }, "'a'"],
    [{ const: { a: [1, null, {}] } }, '{ readonly a: (readonly [1, null, {}]) }'],
    [{ enum: ['a', 1, true, null, 'a'] }, "'a' | 1 | true | null"],
    [{ enum: [] }, 'never'],
    [{ enum: Array.from({ length: 201 }, (_, at) => at) }, 'unknown'],
    [{ enum: [Infinity] }, 'number'],
    [{ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'number' } }] }, 'string | (readonly number[])'],
    [{ oneOf: [{ type: 'string' }, {}] }, 'unknown'],
    [{ anyOf: [] }, 'never'],
    [
      { allOf: [{ type: 'object', properties: { a: {} } }, { anyOf: [{ const: 1 }, { const: 2 }] }] },
      '{ readonly a?: unknown } & (1 | 2)',
    ],
    [{ type: 'array' }, 'readonly unknown[]'],
    [{ items: { enum: [1, 2] } }, 'readonly (1 | 2)[]'],
    [{ type: 'array', prefixItems: [{ const: 1 }, { const: 2 }], minItems: 1 }, 'readonly [1, 2?, ...unknown[]]'],
    [{ type: 'array', prefixItems: [{ const: 1 }], items: false }, 'readonly [1?]'],
    [{ type: 'array', items: [{ const: 1 }], additionalItems: { type: 'string' } }, 'readonly [1?, ...string[]]'],
    [{ type: 'object' }, '{ readonly [name: string]: unknown }'],
    [{ type: 'object', properties: {} }, '{}'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, '{ readonly [name: string]: number }'],
    [
      { properties: { a: { type: 'string' }, 'b-c': {} }, required: ['a'], additionalProperties: true },
      "{ readonly a: string readonly 'b-c'?: unknown readonly [name: string]: unknown }",
    ],
    [{ type: 'object', properties: { a: { description: 'The a.' } } }, '{ /** The a. */ readonly a?: unknown }'],
    [true, 'unknown'],
    [false, 'never'],
    [7, 'unknown'],
    [{ not: { type: 'string' } }, 'unknown'],
  ])('of %j is %s', (schema, type) => {
    expect(flat(schema)).toBe(type)
  })

  it('has names for what is referred to, also to itself', () => {
    const printer = createTypePrinter()
    const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' }, twin: { $ref: '#/$defs/node' } } }
    expect(printer.print({ $ref: '#/$defs/node', $defs: { node } })).toBe('T1')
    expect(printer.declarations()).toEqual(['type T1 = {\n  readonly next?: T1\n  readonly twin?: T1\n}'])
    // Another schema means something else by the same words.
    expect(printer.print({ $ref: '#/$defs/node', $defs: { node: { type: 'string' } } })).toBe('T2')
  })

  it.each([
    'https://example.com/node.json',
    'node.json',
    '#node',
    '#/$defs/none',
    '#/%',
    '#/constructor',
    '#/$defs/__proto__',
  ])('knows nothing of what %s refers to', (reference) => {
    expect(print({ $ref: reference, $defs: {} })).toBe('unknown')
  })

  it('is no synonym of itself, however long the way round', () => {
    const printer = createTypePrinter()
    printer.print({
      $ref: '#/$defs/a',
      $defs: {
        a: { anyOf: [{ type: 'object', properties: { b: { $ref: '#/$defs/b' } } }, { $ref: '#/$defs/c' }] },
        b: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/a' }] },
        c: { allOf: [{ $ref: '#/$defs/b' }] },
        d: { $ref: '#/$defs/d' },
      },
    })
    // a consists of c, c of b, and b of a.
    expect(printer.declarations().map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
      'type T1 = { readonly b?: T2 } | T3',
      'type T2 = string | T1',
      'type T3 = unknown',
    ])
    expect(createTypePrinter().print({ $ref: '#', $defs: {} })).toBe('T1')
  })

  it('ends, and is of a size, whatever the schema', () => {
    const deep = Array.from({ length: 5000 }).reduce<object>((items) => ({ type: 'array', items }), { type: 'string' })
    expect(print(deep).length).toBeLessThan(2000)
    const bomb = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [
        `n${at}`,
        { type: 'array', prefixItems: [{ $ref: `#/$defs/n${at + 1}` }, { $ref: `#/$defs/n${at + 1}` }] },
      ]),
    )
    expect(print({ $ref: '#/$defs/n0', $defs: bomb })).toBe('T1')
    const wide = { anyOf: Array.from({ length: 30_000 }, (_, at) => ({ const: at })) }
    expect(print(wide)).toBe('unknown')
    const values = { enum: Array.from({ length: 100 }, (_, at) => at) }
    expect(print({ allOf: [values, { anyOf: [values, { type: 'string' }] }] })).toBe('unknown')
  })
})
