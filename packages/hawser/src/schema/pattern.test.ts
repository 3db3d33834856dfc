import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { checkPattern } from './pattern.ts'
import { SchemaError } from './schema-error.ts'

describe('checkPattern', () => {
  it.each([
    '^(a+)+$',
    '^(a*)*$',
    '^(a|a)*$',
    '^(a|aa)+$',
    '^(a?b?)*$',
    '^(?<word>[a-z]+ ?)+$',
    '(\\w|\\d)*x',
    '(x+x+)+y',
    '^((ab)*)*$',
    '^(a{1,30}){1,20}$',
    '(.*a){12}',
    '(?=(a+)+b)c',
    '^(?!(\\s*a\\s*)*$)b',
    '^(\\p{L}+\\u{2d}?)*$',
    '^(é|[^a-z])*$',
    '^(.*)\\1+$',
    '^(?:(.)\\k<1>?)*$'.replace('(.)', '(?<1x>.)').replaceAll('1x', 'x').replace('k<1>', 'k<x>'),
    '.*.*.*.*.*x',
  ])('refuses %s, on which a match can take for ever', (source) => {
    expect(() => checkPattern(source)).toThrow(SchemaError)
    expect(() => checkPattern(source)).toThrow('reads each text in one way')
  })

  it.each([
    'plain',
    '^[a-z]+$',
    '\\S+',
    'foo.*|bar.*',
    '^/([^/]+/)*[^/]+\\.md$',
    '^#(?:[0-9a-f]{3}){1,2}$',
    '^([0-9a-f]{2}){6}$',
    '^[\\w.-]+@[\\w-]+\\.[\\w.-]+$',
    '^(?:\\d{1,3}\\.){3}\\d{1,3}$',
    '^v?\\d+\\.\\d+\\.\\d+(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$',
    '^\\p{L}+(?: \\p{L}+)*$',
    '^(?:(?!ab).)*$',
    '^(?<a>.)\\k<a>$',
    '^.{0,1000}$',
    '^(?:a|b|[^ab])*$',
    '^a{0}b+$',
    '^[\\]x]+[a]$',
    '^\\u{1F600}+\\x41\\cA\\bx\\B$',
  ])('takes %s for texts of any length', (source) => {
    expect(checkPattern(source)).toBe(Infinity)
  })

  it.each([
    ['^.*.*$', 5000],
    ['^\\s+|\\s+$', 5000],
    ['[a-z]+@', 5000],
    ['^(?:(?!.*x).)*$', 5000],
    ['a.*b.*c', 292],
  ])('takes %s for texts of limited length', (source, longest) => {
    expect(checkPattern(source)).toBe(longest)
  })

  it('takes what zod writes', () => {
    const schemas = [
      z.email(),
      z.base64(),
      z.uuid(),
      z.ipv6(),
      z.cidrv6(),
      z.iso.datetime(),
      z.iso.duration(),
      z.emoji(),
    ]
    const sources = schemas.map((schema) => z.toJSONSchema(schema).pattern).filter((source) => source !== undefined)
    expect(sources.length).toBeGreaterThan(4)
    for (const source of sources) expect(checkPattern(source)).toBeGreaterThanOrEqual(5000)
  })

  it.each(['(', '[a', '^[\\w\\-\\_]+$', 'a{2,1}', '\\'])('refuses %s, which does not compile', (source) => {
    expect(() => checkPattern(source)).toThrow('regular expression with the flag u')
  })

  it('refuses what is too large to be judged', () => {
    expect(() => checkPattern('a'.repeat(5000) + '+')).toThrow('at most 5000 characters')
    expect(() => checkPattern(`^${'[a-z]'.repeat(600)}+$`)).toThrow('one that is shorter')
    expect(() => checkPattern(`^(?:${'[a-z]?'.repeat(400)})*$`)).toThrow('one that is shorter')
    expect(() => checkPattern(`${'('.repeat(40)}${'){2,3}'.repeat(40)}$`)).toThrow('one that is shorter')
  })
})
