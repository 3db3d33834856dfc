import { Buffer } from 'node:buffer'

const SEQUENCE = 0x30
const INTEGER = 0x02

/**
 * The two numbers of an ECDSA signature, one behind the other (RFC 7518 §3.4), as OpenSSL reads them: told that they are
 * `ieee-p1363`, Node takes a third of the whole check to do the same. (RFC 3279 §2.2.3)
 *
 * @param width Bytes of one number, 61 at most.
 * @returns Nothing for what is no signature of that width. Whether the numbers are in range is found when they are used.
 */
export function toDer(signature: Uint8Array, width: number): Uint8Array | undefined {
  if (signature.length !== 2 * width) return undefined
  const der = Buffer.allocUnsafe(2 * width + 8)
  const middle = writeInteger(der, 2, signature, 0, width)
  const end = writeInteger(der, middle, signature, width, 2 * width)
  der[0] = SEQUENCE
  der[1] = end - 2
  return der.subarray(0, end)
}

/** Writes a number without its leading zeros, but for one where it would read as negative; returns where it ends. (X.690 §8.3) */
function writeInteger(der: Buffer, at: number, bytes: Uint8Array, from: number, to: number): number {
  let first = from
  while (first < to - 1 && bytes[first] === 0) first++
  const pad = bytes[first]! >= 0x80 ? 1 : 0
  const end = at + 2 + pad + to - first
  der[at] = INTEGER
  der[at + 1] = end - at - 2
  der[at + 2] = 0
  der.set(bytes.subarray(first, to), end - (to - first))
  return end
}
