import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareSpecificity } from './compare-specificity.ts'
import { parseTemplate } from './parse.ts'

function sorted(...texts: string[]): string[] {
  return texts
    .map(parseTemplate)
    .toSorted(compareSpecificity)
    .map(({ text }) => text)
}

describe('compareSpecificity', () => {
  it.each([
    ['the longest literal start', 'x://pinned/{id}', 'x://{id}/very/long/text'],
    ['an operator that adds to the literal start', 'x://a{/id}', 'x://a{id}'],
    ['then the most literal text', 'x://{a}/edit', 'x://{+path}'],
    ['then a value that holds no slash', 'x://{id}', 'x://{+id}'],
    ['then the fewest variables', 'x://{id}', 'x://{id}{?page}'],
    ['then the first text', 'x://{a}', 'x://{b}'],
  ])('puts %s first', (_, first, second) => {
    expect(sorted(first, second)).toEqual([first, second])
    expect(sorted(second, first)).toEqual([first, second])
  })

  it('gives one order, whatever the order before', () => {
    const texts = [
      'x://{+p}',
      'x://{a}',
      'x://{a}/b',
      'x://a/{b}',
      'x://a{/b}{?c}',
      'x://{a}{b}',
      'x://{c}{d}',
      'x://a',
    ]
    const expected = sorted(...texts)
    fc.assert(
      fc.property(fc.shuffledSubarray(texts, { minLength: texts.length }), (shuffled) => {
        expect(sorted(...shuffled)).toEqual(expected)
      }),
    )
  })

  it('finds a template equal to itself', () => {
    expect(compareSpecificity(parseTemplate('x://{a}'), parseTemplate('x://{a}'))).toBe(0)
  })
})
