import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { describeIssues } from './issues.ts'
import type { StandardSchema } from './standard-schema.ts'

const explain = async (schema: StandardSchema, value: unknown): Promise<string[]> => {
  const { issues } = await schema['~standard'].validate(value)
  return issues ? describeIssues(issues, value).split('\n') : []
}

describe('describeIssues', () => {
  it('says path, expectation and value of what zod finds', async () => {
    const schema = z.object({
      query: z.string(),
      limit: z.number().min(1).max(3),
      kind: z.enum(['note', 'page']),
      tags: z.array(z.string()),
    })
    expect(await explain(schema, { limit: 9, kind: 'x', tags: ['a', 5] })).toEqual([
      'query: expected string, got nothing',
      'limit: expected number to be <=3, got number 9',
      'kind: expected one of "note"|"page", got string "x"',
      'tags[1]: expected string, got number 5',
    ])
  })

  it('says the same of what valibot finds', async () => {
    const schema = toStandardJsonSchema(
      v.strictObject({
        query: v.string(),
        limit: v.pipe(v.number(), v.maxValue(3), v.integer()),
        kind: v.picklist(['note', 'page']),
        code: v.pipe(v.string(), v.minLength(2), v.regex(/^x/)),
        mail: v.pipe(v.string(), v.email()),
      }),
    )
    expect(await explain(schema, { limit: 9.5, kind: 'x', code: 'y', mail: 'z', more: 1 })).toEqual([
      'query: required, got nothing',
      'limit: expected <=3, got number 9.5',
      'limit: expected integer, got number 9.5',
      'kind: expected ("note" | "page"), got string "x"',
      'code: expected length >=2, got string "y"',
      'code: expected format /^x/, got string "y"',
      'mail: expected email, got string "z"',
      'more: not allowed, got number 1',
    ])
  })

  it('says the same of what arktype finds', async () => {
    const schema = type({ query: 'string', limit: 'number<=3', list: { 'a b': 'number[]' } })
    expect(await explain(schema, { limit: 9, list: { 'a b': [1, null] } })).toEqual([
      'limit: expected at most 3, got number 9',
      'list["a b"][1]: expected a number, got null',
      'query: expected a string, got nothing',
    ])
  })

  it('says what each branch of an arktype union expects', async () => {
    const schema = type({ a: 'string' }).or({ b: 'number' })
    expect(await explain(schema, {})).toEqual(['value: a must be a string or b must be a number, got empty object'])
    expect(await explain(type({ at: schema }), { at: { a: 1 } })).toEqual([
      'at: at.a must be a string or at.b must be a number, got object with a',
    ])
  })

  it('says that whatever it is, it is required', async () => {
    expect(await explain(z.object({ a: z.any() }), {})).toEqual(['a: required, got nothing'])
  })

  it('joins what the branches of a zod union expect', async () => {
    const schema = z.object({ at: z.union([z.string(), z.number(), z.object({ day: z.number() })]) })
    expect(await explain(schema, { at: true })).toEqual([
      'at: expected string or expected number or expected object, got boolean true',
    ])
    expect(await explain(schema, { at: { day: 'x' } })).toEqual([
      'at: expected string or expected number or day: expected number, got object with day',
    ])
  })

  it('keeps an author’s own message', async () => {
    const schema = z.object({
      day: z.string().refine(() => false, 'Must be in the future'),
      hour: z.string().refine(() => false, 'Opening hours: expected 8 to 18'),
    })
    expect(await explain(schema, { day: '1999-01-01', hour: '7' })).toEqual([
      'day: Must be in the future, got string "1999-01-01"',
      'hour: Opening hours: expected 8 to 18, got string "7"',
    ])
  })

  it('speaks of the value when the root is wrong', async () => {
    expect(await explain(z.object({}), [])).toEqual(['value: expected object, got array of 0 items'])
  })

  it('shows at most 20 issues and clips what is long', () => {
    const issues = Array.from({ length: 30 }, (_, i) => ({ message: 'x'.repeat(5000), path: ['a', i] }))
    const lines = describeIssues(issues, { a: ['y'.repeat(5000)] }).split('\n')
    expect(lines).toHaveLength(21)
    expect(lines[20]).toBe('… and 10 more')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(420)
  })

  it('keeps one line an issue, whatever the message, path and value hold', () => {
    const issue = { message: 'two\nlines', path: ['a\nb', { key: 'c' }] }
    expect(describeIssues([issue], { 'a\nb': { c: 'd\ne' } })).toBe('["a\\nb"].c: two lines, got string "d\\ne"')
  })

  it('reads no further in a message than it shows, whatever that quotes', () => {
    for (const quoted of [' (was ', ', received', 'Aa aa: ', '  ']) {
      const message = `Unrecognized key: "${quoted.repeat(500_000)}"`
      expect(describeIssues([{ message }], {}).length).toBeLessThan(420)
    }
  })

  it('looks up own properties only', () => {
    expect(describeIssues([{ message: 'no', path: ['constructor'] }], {})).toBe('constructor: no, got nothing')
    expect(describeIssues([{ message: 'no', path: ['__proto__', 'x'] }], {})).toBe('__proto__.x: no, got nothing')
  })

  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [{}, 'empty object'],
    [{ a: 1, b: 2 }, 'object with a, b'],
    [[1], 'array of 1 item'],
    [Number.NaN, 'number NaN'],
    [false, 'boolean false'],
  ])('names %j as %s', (value, shown) => {
    expect(describeIssues([{ message: 'no' }], value)).toBe(`value: no, got ${shown}`)
  })
})
