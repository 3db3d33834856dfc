import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderTable } from './table.ts'
import { truncate, widthOf, wrap } from './wrap.ts'

const table = (rows: readonly (readonly string[])[], width: number) =>
  renderTable(
    rows.map((row) => row.map((text) => [{ text }])),
    width,
  )

describe('a table', () => {
  it('wraps its last column', () => {
    expect(
      table(
        [
          ['find', 'Find berths by the words in their names.'],
          ['a', 'Short.'],
        ],
        36,
      ),
    ).toBe(['  find  Find berths by the words in', '        their names.', '  a     Short.'].join('\n'))
  })

  it('counts wide characters as two columns', () => {
    expect(
      table(
        [
          ['岸壁', 'quay'],
          ['mole', 'mole'],
        ],
        40,
      ),
    ).toBe('  岸壁  quay\n  mole  mole')
  })

  it('puts the last column under the others where it would be too narrow to read', () => {
    expect(table([['berths://north', 'The northern quay']], 30)).toBe('  berths://n\n  orth\n    The northern quay')
  })

  it('leaves out columns that are empty', () => {
    expect(table([['a', '', 'b']], 40)).toBe('  a  b')
  })

  it('is nothing without rows', () => {
    expect(table([], 40)).toBe('')
  })

  it('never exceeds the width', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'Z', '7', ' ', '岸', '壁', 'é'), maxLength: 60 })
    const rows = fc.array(fc.tuple(word, word, word), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(rows, fc.integer({ min: 40, max: 120 }), (cells, width) =>
        table(cells, width)
          .split('\n')
          .every((line) => widthOf(line) <= width),
      ),
    )
  })
})

describe('a line', () => {
  it('is broken inside a word that does not fit', () => {
    expect(wrap('abcdefgh', 4)).toEqual(['abcd', 'efgh'])
  })

  it('is cut with an ellipsis', () => {
    expect(truncate('short', 10)).toBe('short')
    expect(truncate('a long line of words', 10)).toBe('a long…')
  })
})
