import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clean, cleanLine, cleanProse, toJson } from './sanitize.ts'

const HOSTILE = /[^\P{Cc}\t\n]|[\p{Zl}\p{Zp}\p{Bidi_Control}\u{ad}\u{200b}\u{2060}\u{3164}\u{feff}\u{e0000}-\u{e007f}]/u

/** Text with more than its share of what terminals act on. */
const nasty = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u{1b}',
        '\u{9b}31m',
        '\u{1b}]0;',
        '\u{7}',
        '\r',
        '\u{202e}',
        '\u{e0041}',
        '\u{200b}',
        '\u{1b}\u{1b}[[31m',
      ),
    ),
  )
  .map((parts) => parts.join(''))

describe('text of strangers', () => {
  it.each([
    ['\u{1b}[31mred\u{1b}[0m', 'red'],
    ['a\u{1b}]0;title\u{7}b', 'ab'],
    ['\u{1b}\u{1b}[31m[31m', '␛[31m'],
    ['\u{1b}]8;;https://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\', 'link'],
    ['\u{1b}]0;no end', '0;no end'],
    ['\u{1b}(B\u{1b}c\u{9b}2Jx', 'x'],
    ['\u{1b}', '␛'],
    ['bell\u{7}', 'bell␇'],
    ['back\b\b', 'back␈␈'],
    ['over\rwritten', 'over␍written'],
    ['two\r\nlines\tand tab', 'two\nlines\tand tab'],
    ['\u{202e}txt.exe', '<U+202E>txt.exe'],
    ['hidden\u{e0068}\u{e0069}', 'hidden<U+E0068><U+E0069>'],
    ['\u{7f}\u{85}', '␡<U+0085>'],
    ['echo\u{200b} e\u{ad}cho \u{2060}echo', 'echo<U+200B> e<U+00AD>cho <U+2060>echo'],
    ['echo\u{200d} \u{feff}echo \u{3164}', 'echo<U+200D> <U+FEFF>echo <U+3164>'],
    ['岸壁 👩‍🚒', '岸壁 👩‍🚒'],
    ['می‌خواهم ❤\u{fe0f} 1\u{fe0f}⃣', 'می‌خواهم ❤\u{fe0f} 1\u{fe0f}⃣'],
  ])('%j is printed as %j', (text, printed) => {
    expect(clean(text)).toBe(printed)
  })

  it.each(['\u{1b}]', '\u{1b}]0;aaaaaaaaaa', '\u{1b}[', '\u{1b}', '\u{9b}1;', '\u{1b}];'])(
    'takes linear time, also for %j over and over',
    (part) => {
      const start = process.cpuUsage()
      clean(part.repeat(200_000))
      const { user } = process.cpuUsage(start)
      // Quadratic time would be minutes.
      expect(user).toBeLessThan(5_000_000)
    },
  )

  it('never holds anything that a terminal would act on', () => {
    fc.assert(fc.property(nasty, (text) => !HOSTILE.test(clean(text)) && !/[\n\t]/.test(cleanLine(text))))
  })
})

describe('a text to read', () => {
  it('is cut, and has no gaps that take long to wrap', () => {
    expect(cleanProse(`a${' '.repeat(500)}b`)).toBe('a b')
    expect(cleanProse('word '.repeat(10_000))).toHaveLength(8001)
  })
})

describe('JSON', () => {
  it('means the same and holds nothing that a terminal would act on', () => {
    const json = fc.oneof(nasty, fc.dictionary(nasty, nasty), fc.jsonValue())
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2), (value, indent) => {
        const text = toJson(value, indent)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        return !HOSTILE.test(text)
      }),
    )
  })
})
