import { describe, expect, it } from 'vitest'
import { median, quantile, short } from './numbers.ts'

describe('median', () => {
  it('is the middle value, in whatever order they come', () => {
    expect(median([9, 1, 5])).toBe(5)
  })

  it('is the mean of the two middle values of an even number', () => {
    expect(median([1, 9, 3, 5])).toBe(4)
  })

  it('is no number when there are no values', () => {
    expect(median([])).toBeNaN()
  })
})

describe('quantile', () => {
  it('is a value that the given share of the values does not reach', () => {
    const values = Array.from({ length: 100 }, (_, index) => index)
    expect(quantile(values, 0.99)).toBe(99)
    expect(quantile(values, 0.5)).toBe(50)
    expect(quantile(values, 1)).toBe(99)
  })
})

describe('short', () => {
  it('keeps about three digits', () => {
    expect([1234567, 123.4, 12.34, 1.234, 0.0123].map(short)).toEqual(['1 234 567', '123', '12.3', '1.23', '0.0123'])
  })

  it('shows a dash where there is no number', () => {
    expect(short(Number.NaN)).toBe('–')
  })
})
