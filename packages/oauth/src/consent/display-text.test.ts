import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayName, escapeHtml, plainText } from './display-text.ts'

describe('the words of strangers', () => {
  it.each([
    ['a direction override', 'Edi\u202Etor', 'Editor'],
    ['an isolate', '\u2066Editor\u2069', 'Editor'],
    ['zero-width characters', 'Ed\u200Bit\u200Dor\uFEFF', 'Editor'],
    ['controls', 'Edi\u0000t\u001B[31mor\r\n', 'Edit[31mor'],
    ['a line separator', 'Editor\u2028Bank', 'EditorBank'],
    ['a seal', 'Google Inc. ✔', 'Google Inc.'],
    ['a seal with a variant', 'Bank ✅\uFE0F 🔒', 'Bank'],
    ['spaces', '  Editor \t\u00A0 of   notes ', 'Editor of notes'],
    ['stacked marks', `E${'\u0301'.repeat(50)}ditor`, 'É\u0301\u0301ditor'],
    ['other scripts', 'メモ帳 · Блокнот', 'メモ帳 · Блокнот'],
  ])('TA19: loses %s', (_name, text, expected) => {
    expect(displayName(text)).toBe(expected)
  })

  it('TA19: shortens a name of 10 kB to 60 characters', () => {
    expect(displayName('x'.repeat(10_000))).toBe(`${'x'.repeat(59)}…`)
    expect(displayName('👩‍👩‍👧'.repeat(10_000))?.length).toBeLessThan(500)
  })

  it.each([
    'https://bank.example',
    'www.bank.example',
    'bank.example',
    'bank.example/login',
    'javascript://x',
    'bank.example:443',
  ])('TA19: takes %s for no name, for it looks like an address that was checked', (name) => {
    expect(displayName(name)).toBeUndefined()
  })

  it.each(['', ' ', '\u202E', '✔', undefined])('TA19: takes %j for no name', (name) => {
    expect(displayName(name)).toBeUndefined()
  })

  it.each(['Claude Code', 'Node.js tools', 'Notes v1.2', 'Ada & Co.', 'O’Reilly'])('keeps %s', (name) => {
    expect(displayName(name)).toBe(name)
  })

  it('TA19: escapes whatever could leave a text or an attribute', () => {
    expect(escapeHtml(`<script>"&'`)).toBe('&lt;script&gt;&quot;&amp;&#39;')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[<>"']/.test(escapeHtml(text))))
  })

  it('TA19: is bounded and has no control or direction character, whatever came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const shown = plainText(text, 20)
        return !/[\p{Cc}\p{Cf}]/u.test(shown) && [...new Intl.Segmenter('en').segment(shown)].length <= 20
      }),
    )
  })
})
