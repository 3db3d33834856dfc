import { describe, expect, it } from 'vitest'
import { readArguments, readFlags, splitArguments } from './read-arguments.ts'
import type { Schema } from './read-shape.ts'

const schema: Schema = {
  type: 'object',
  properties: {
    query: { type: 'string' },
    maxCount: { type: 'integer' },
    deep: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    loose: { type: ['boolean', 'string'] },
  },
  additionalProperties: false,
}

const flags = (...words: readonly string[]) => Object.fromEntries(readFlags(words, schema))
const all = (...words: readonly string[]) => readArguments(splitArguments(words), async () => schema)

describe('single arguments', () => {
  it('are paired and typed by the schema', () => {
    expect(flags('--query', 'x y', '--maxCount=3', '--deep', '--tags', 'a', '--tags', 'b')).toEqual({
      query: 'x y',
      maxCount: 3,
      deep: true,
      tags: ['a', 'b'],
    })
  })

  it('are found however their words are joined', () => {
    expect(flags('--max-count', '3')).toEqual({ maxCount: 3 })
    expect(flags('--max_count', '-3')).toEqual({ maxCount: -3 })
  })

  it('turn a boolean on, off, or to what is written', () => {
    expect(flags('--no-deep')).toEqual({ deep: false })
    expect(flags('--deep', 'false')).toEqual({ deep: false })
    expect(flags('--deep=true')).toEqual({ deep: true })
    expect(flags('--loose', '--deep')).toEqual({ loose: true, deep: true })
    expect(flags('--loose', 'words')).toEqual({ loose: 'words' })
  })

  it('may look like options or be empty, when written with =', () => {
    expect(flags('--query=--deep')).toEqual({ query: '--deep' })
    expect(flags('--query=')).toEqual({ query: '' })
    expect(flags('--query', '')).toEqual({ query: '' })
  })

  it.each([
    [['--quary', 'x'], 'There is no argument --quary.'],
    [['--constructor', 'x'], 'There is no argument --constructor.'],
    [['--query'], '--query needs a value.'],
    [['--query', '--deep'], '--query needs a value, but --deep follows.'],
    [['--query', 'a', '--query', 'b'], '--query is given twice.'],
    [['--query', 'a', 'b'], 'Unexpected "b".'],
    [['-q', 'a'], 'Unexpected "-q".'],
    [['--no-query'], 'There is no argument --no-query.'],
  ])('%j are refused: %s', (words, message) => {
    expect(() => flags(...words)).toThrow(message)
  })

  it('may have any name where the schema says so', () => {
    const open: Schema = { type: 'object', properties: { a: {} }, additionalProperties: { type: 'integer' } }
    expect(Object.fromEntries(readFlags(['--b', '1'], open))).toEqual({ b: 1 })
    expect(() => readFlags(['--b', '1'], { type: 'object', properties: { a: {} } })).toThrow(
      'There is no argument --b.',
    )
  })
})

describe('arguments', () => {
  it('are one JSON object, with single ones over it', async () => {
    expect(await all('{"query":"x","deep":true}', '--query', 'y')).toEqual({ query: 'y', deep: true })
  })

  it('do not ask for the schema when none are single', async () => {
    const read = readArguments(splitArguments(['{"a":1}']), () => Promise.reject(new Error('asked')))
    expect(await read).toEqual({ a: 1 })
  })

  it('may be called like what every object has', async () => {
    const args = await all('{"__proto__":{"admin":true},"constructor":1}')
    expect(Object.keys(args)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(args)).toBe(Object.prototype)
  })

  it.each([
    ['{"query":', 'Expected a JSON object as arguments. '],
    ['query=x', 'Expected a JSON object as arguments. '],
    ['[1]', 'Expected a JSON object as arguments, got a list.'],
    ['null', 'Expected a JSON object as arguments, got null.'],
  ])('%s are refused', async (json, message) => {
    await expect(all(json)).rejects.toThrow(message)
  })
})
