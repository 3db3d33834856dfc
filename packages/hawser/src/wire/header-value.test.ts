import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeHeaderValue, encodeHeaderValue } from './header-value.ts'

describe('encodeHeaderValue', () => {
  // streamable-http#value-encoding: the table of encoding examples.
  // spec: header-base64, header-markers, header-lookalike, header-decoded
  it.each([
    ['us-west1', 'us-west1'],
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
  ])('writes %j as %j', (text, value) => {
    expect(encodeHeaderValue(text)).toBe(value)
    expect(decodeHeaderValue(value)).toBe(text)
  })

  // spec: header-markers
  it.each(['', 'a b\tc', '=?base64?open', 'closed?=', '=?BASE64?QQ==?=', '~!@#$%^&*()'])(
    'leaves %j as it is',
    (text) => {
      expect(encodeHeaderValue(text)).toBe(text)
      expect(decodeHeaderValue(text)).toBe(text)
    },
  )

  // spec: header-base64
  it.each(['\ttab', 'tab\t', ' ', 'a\r\nX-Other: b', 'nul\0', 'del\x7f', 'é', '=?base64?=', 'end\n'])(
    'wraps %j, which HTTP would change or refuse',
    (text) => {
      expect(encodeHeaderValue(text)).toMatch(/^=\?base64\?[A-Za-z0-9+/]+={0,2}\?=$/)
    },
  )

  // streamable-http#value-encoding: visible ASCII, space and tab are all that a field value may hold. (RFC 9110 §5.5)
  // spec: header-base64
  it('writes only what HTTP carries unchanged, and it reads back', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: fc.constantFrom('=?base64?', '?=', ' ', '\t', 'QQ==', '\ufeff') }),
    )
    fc.assert(
      fc.property(text, (original) => {
        const value = encodeHeaderValue(original)
        expect(value).toMatch(/^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/)
        expect(new Headers({ 'mcp-name': value }).get('mcp-name')).toBe(value)
        expect(decodeHeaderValue(value)).toBe(original)
      }),
      { numRuns: 1000 },
    )
  })

  it('wraps a value that is long', () => {
    const long = '世'.repeat(100_000)
    expect(decodeHeaderValue(encodeHeaderValue(long))).toBe(long)
  })
})

describe('decodeHeaderValue', () => {
  it.each([
    ['missing padding', '=?base64?SGVsbG8?='],
    ['one padding character too few', '=?base64?QQ=?='],
    ['padding without need', '=?base64?QUJD=?='],
    ['padding in the middle', '=?base64?QQ==QQ==?='],
    ['a space', '=?base64?QUJD RA==?='],
    ['the URL alphabet', '=?base64?_-8=?='],
    ['a foreign character', '=?base64?QU*D?='],
    ['stray bits after the last byte', '=?base64?QR==?='],
    ['bytes that are not UTF-8', '=?base64?/w==?='],
    ['an overlong UTF-8 form', '=?base64?wIA=?='],
    ['a prefix and a suffix that share their question mark', '=?base64?='],
  ])('refuses %s', (_, value) => {
    expect(decodeHeaderValue(value)).toBeUndefined()
  })

  // streamable-http#server-validation: a header value that contains invalid characters fails.
  it.each(['é', '世', 'a\0', 'a\nb', 'a\x7f', '\x80', '=?base64?é?='])('refuses the bare characters of %j', (value) => {
    expect(decodeHeaderValue(value)).toBeUndefined()
  })

  // streamable-http#value-encoding: the markers are case-sensitive and must appear exactly as shown.
  it.each(['=?Base64?QQ==?=', '=?base64?QQ==', 'QQ==?=', ' =?base64?QQ==?=', '=?base64?QQ==?= '])(
    'takes %j, which lacks a marker, for itself',
    (value) => {
      expect(decodeHeaderValue(value)).toBe(value)
    },
  )

  it('reads a wrapped value that had no need of it, also an empty one', () => {
    expect(decodeHeaderValue('=?base64?QQ==?=')).toBe('A')
    expect(decodeHeaderValue('=?base64??=')).toBe('')
  })
})
