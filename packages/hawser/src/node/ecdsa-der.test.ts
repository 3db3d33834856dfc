import { generateKeyPairSync, sign, verify } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toDer } from './ecdsa-der.ts'

const WIDTH = 32
const text = Buffer.from('what was signed')
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const signOnce = (): Buffer => sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' })

/** Whether OpenSSL takes it as we write it, and as Node writes it. */
const verdicts = (signature: Uint8Array): readonly [boolean, boolean] => {
  const der = toDer(signature, WIDTH)
  const byNode = verify('sha256', text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
  return [der !== undefined && verify('sha256', text, publicKey, der), byNode]
}

describe('toDer', () => {
  it.each([
    ['the first number', 0],
    ['the second number', WIDTH],
  ])('writes a signature of which %s begins with a zero', (_, at) => {
    let signature = signOnce()
    while (signature[at] !== 0) signature = signOnce()
    expect(verdicts(signature)).toEqual([true, true])
  })

  it('writes any signature so that it is taken', () => {
    for (let i = 0; i < 200; i++) expect(verdicts(signOnce())).toEqual([true, true])
  })

  it('makes no signature of what is none', () => {
    const good = signOnce()
    const byte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 }))
    const edit = fc.tuple(fc.nat({ max: 2 * WIDTH - 1 }), byte)
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 3 }), (edits) => {
        const bytes = Uint8Array.from(good)
        for (const [at, to] of edits) bytes[at] = to
        const [ours, byNode] = verdicts(bytes)
        expect(ours).toBe(byNode)
      }),
    )
  })

  it.each([
    ['both numbers', 0, 2 * WIDTH],
    ['the first number', 0, WIDTH],
    ['the second number', WIDTH, 2 * WIDTH],
  ])('makes no signature of zero for %s', (_, from, to) => {
    expect(verdicts(signOnce().fill(0, from, to))).toEqual([false, false])
    expect(verdicts(signOnce().fill(0xff, from, to))).toEqual([false, false])
  })

  it.each([0, 1, 63, 65, 70, 72, 128])('makes nothing of %i bytes', (length) => {
    expect(toDer(new Uint8Array(length).fill(1), WIDTH)).toBeUndefined()
  })
})
