import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { widthOf } from '../../packages/cli/src/output/wrap.ts'
import { fit, pad, paragraph, spread } from './layout.ts'
import { since } from './show-answer.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 60 })
const width = fc.integer({ min: 8, max: 60 })
const star = (shown: string): string => `*${shown}*`

describe('lines', () => {
  it('never take more than their width, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), text, width, (parts, end, columns) => {
        expect(widthOf(fit(parts, columns))).toBeLessThanOrEqual(columns)
        expect(widthOf(pad(end, columns))).toBe(columns)
        for (const line of paragraph(end, columns, 5)) expect(widthOf(line)).toBeLessThanOrEqual(columns)
      }),
    )
  })

  it('are cut with an ellipsis, each stretch in its own paint', () => {
    expect(fit(['one ', ['two', star], ' three'], 20)).toBe('one *two* three')
    expect(fit(['  one ', ['two', star], ' three'], 8)).toBe('  one *t…*')
  })

  it('put two ends apart, cutting the left one', () => {
    expect(spread(['left'], 'right', 14)).toBe('left     right')
    expect(spread(['left and more'], 'right', 14)).toBe('left a…  right')
  })

  it('show control characters and keep to one line', () => {
    expect(fit(['a\u001b[31mb\nc\u0007'], 20)).toBe('ab c␇')
  })
})

describe('paragraphs', () => {
  it('say that there was more', () => {
    expect(paragraph('one\ntwo\nthree', 20, 2)).toEqual(['one', '…'])
  })
})

describe('times', () => {
  const now = Date.parse('2026-11-22T12:00:00Z')
  it.each([
    ['2026-11-22T11:59:30Z', 'just now'],
    ['2026-11-22T11:00:00Z', '1 hour ago'],
    ['2026-11-21T11:00:00Z', 'yesterday'],
    ['2026-11-01T12:00:00Z', '3 weeks ago'],
    ['2024-11-01T12:00:00Z', '2 years ago'],
    ['2026-11-22T13:00:00Z', 'in 1 hour'],
  ])('%s was %s', (iso, words) => {
    expect(since(iso, now)).toBe(words)
  })
})
