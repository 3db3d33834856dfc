import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor } from './cursor.ts'

const sha = 'a1'.repeat(20)
const place = fc.record({
  sha: fc.stringMatching(/^[0-9a-f]{40}$/),
  skip: fc.nat(10_000_000),
  now: fc.nat(4_000_000_000),
})

describe('cursor', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(place, fc.jsonValue(), (at, query) => {
        expect(decodeCursor(encodeCursor(at, query), query)).toEqual(at)
      }),
    )
  })

  it('leaves out a very long name', () => {
    const decoded = decodeCursor(encodeCursor({ sha, skip: 1, now: 2, name: 'x'.repeat(4000) }, 1), 1)
    expect(decoded).toEqual({ sha, skip: 1, now: 2 })
  })

  it('is refused for another question', () => {
    const cursor = encodeCursor({ sha, skip: 1, now: 2 }, ['changes', 'a'])
    expect(() => decodeCursor(cursor, ['changes', 'b'])).toThrow(expect.objectContaining({ code: 'bad_cursor' }))
  })

  it.each([
    ['nothing', ''],
    ['no JSON', 'eHh4'],
    ['an option for a sha', encodeCursor({ sha: '--output=/tmp/x', skip: 1, now: 2 }, 1)],
    ['a negative skip', encodeCursor({ sha, skip: -1, now: 2 }, 1)],
    ['half a skip', encodeCursor({ sha, skip: 0.5, now: 2 }, 1)],
    ['an endless text', 'A'.repeat(10_000)],
  ])('is refused when it holds %s', (_, cursor) => {
    expect(() => decodeCursor(cursor, 1)).toThrow(expect.objectContaining({ code: 'bad_cursor' }))
  })
})
