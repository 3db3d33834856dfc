import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeReserved, encodeUnreserved } from './encode.ts'

describe('encodeUnreserved', () => {
  it('writes unreserved characters and triplets only, which decode to the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const encoded = encodeUnreserved(text)
        expect(encoded).toMatch(/^(?:[\w.~-]|%[\dA-F]{2})*$/)
        expect(decodeURIComponent(encoded)).toBe(text)
      }),
    )
  })
})

describe('encodeReserved', () => {
  const units = fc.oneof(
    fc.constantFrom(...'%25BDbf[]#?é'.split(''), '\ud800', '\udc00'),
    fc.string({ unit: 'grapheme' }),
  )

  it('changes nothing that it wrote', () => {
    fc.assert(
      fc.property(fc.array(units), (all) => {
        const encoded = encodeReserved(all.join(''))
        expect(encoded).toMatch(/^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[\da-fA-F]{2})*$/)
        expect(encodeReserved(encoded)).toBe(encoded)
      }),
    )
  })
})
