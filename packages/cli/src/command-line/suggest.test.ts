import { describe, expect, it } from 'vitest'
import { closest, didYouMean } from './suggest.ts'

describe('a suggestion', () => {
  it.each([
    ['lst', 'list'],
    ['calll', 'call'],
    ['raed', 'read'],
    ['PROMPT', 'prompt'],
    ['find_berths', 'find-berths'],
  ])('finds for %s what was meant: %s', (word, meant) => {
    expect(closest(word, ['run', 'list', 'call', 'read', 'prompt', 'find-berths'])).toBe(meant)
  })

  it('is not made for a word that resembles nothing', () => {
    expect(didYouMean('elephant', ['run', 'list'])).toEqual([])
    expect(didYouMean('', [])).toEqual([])
  })

  it('takes the closest, and the first of equals', () => {
    expect(didYouMean('cat', ['cart', 'cats', 'at'])).toEqual(['Did you mean cart?'])
  })
})
