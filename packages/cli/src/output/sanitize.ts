const ESC = '\u001b'
const CSI = '\u009b'
const ST = '\u009c'
const BEL = '\u0007'

/**
 * Escape sequences: control sequences, strings such as titles and links, and the short ones. (ECMA-48 §5.3 to §5.6)
 * No part runs over the beginning of the next one, so that reading takes linear time, which Node's own
 * `stripVTControlCharacters` does not.
 */
const ESCAPES = new RegExp(
  [
    `(?:${ESC}\\[|${CSI})[0-?]*[ -/]*[@-~]`,
    `${ESC}[\\]PX^_][^${ESC}${BEL}${ST}]*(?:${BEL}|${ST}|${ESC}\\\\)`,
    `${ESC}[ -/]*[0-~]`,
  ].join('|'),
  'g',
)

/**
 * What could move the cursor, recolour, reorder or hide text: control characters except tab and newline, separators that
 * are not newlines, direction overrides (Unicode TR #36 §2), and what is invisible, so that two names look like one. Joiners
 * and variation selectors are left alone, except for joiners after ASCII, where they join nothing.
 */
const HOSTILE =
  /(?![\t\n]|\p{Variation_Selector}|\p{Join_Control})[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]|(?<=\p{ASCII})\p{Join_Control}/gu

/** Control Pictures show a control character by its name. */
const PICTURES = 0x2400

/**
 * Makes text of strangers safe to print: escape sequences are removed, and what is left of control characters is made visible.
 *
 * @example clean('\u001b[31mred\u001b[0m\u0007') // 'red␇'
 */
export function clean(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(ESCAPES, '').replace(HOSTILE, show)
}

/** The same on one line. */
export function cleanLine(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim()
}

/** Most characters of a name that are shown; nobody tells longer ones apart by looking. */
const MAX_NAME = 256

/** The same of something that has to be short. */
export function cleanName(text: string): string {
  return text.length > MAX_NAME ? `${cleanLine(text.slice(0, MAX_NAME))}…` : cleanLine(text)
}

/** Most characters of a text that is shown to be read rather than kept. */
const MAX_PROSE = 8000

/** Long runs of spaces make wrapping slow, and nobody reads them. */
const LONG_GAP = / {80,}/g

/** A text that is wrapped: cut where nobody would read on. */
export function cleanProse(text: string): string {
  const cut = text.length > MAX_PROSE ? `${text.slice(0, MAX_PROSE)}…` : text
  return clean(cut).replace(LONG_GAP, ' ')
}

function show(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(PICTURES + code)
  return code === 0x7f ? '␡' : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

/**
 * JSON that is safe on a terminal and equal to what it was made of: `JSON.stringify` escapes C0 controls, this the others.
 *
 * @example toJson({ name: '\u009b31m' }, 0) // '{"name":"\\u009b31m"}'
 */
export function toJson(value: unknown, indent = 2): string {
  return (JSON.stringify(value, undefined, indent) ?? 'null').replace(HOSTILE, (character) =>
    // Line breaks of the indentation are not in the set, so whatever matches is inside a string.
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}
