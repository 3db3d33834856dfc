/** Turns words of strangers into text that cannot pretend to be part of the page. */

const CONTROL_OR_DIRECTION = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu
/** Signs that a page uses to say "checked", and marks stacked on letters until they cover other lines. */
const SEALS = /[\u2705\u2611\u2713\u2714\u{1F5F8}\u{1F512}\u{1F510}\u{1F6E1}\u2122\u00AE]\uFE0F?/gu
const STACKED_MARKS = /(\p{M}{2})\p{M}+/gu
const LIKE_ADDRESS = /(?:[a-z][a-z0-9+.-]*:\/\/|www\.)|^[^\s]+\.[a-z]{2,}(?:[/:?]|$)/i
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])
const MAX_NAME = 60
const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' })

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES.get(char) ?? char)

/** The first characters of a text as a person counts them. */
const shorten = (text: string, limit: number): string => {
  if (text.length <= limit) return text
  const all = [...CHARACTERS.segment(text.slice(0, limit * 8))]
  if (all.length <= limit) return all.map(({ segment }) => segment).join('')
  return `${all
    .slice(0, limit - 1)
    .map(({ segment }) => segment)
    .join('')
    .trimEnd()}…`
}

/** Plain text: no control or direction characters, no seals, no more than `limit` characters. */
export const plainText = (text: string, limit: number): string =>
  shorten(
    text
      .slice(0, limit * 32)
      .normalize('NFC')
      .replace(CONTROL_OR_DIRECTION, '')
      .replace(SEALS, '')
      .replace(STACKED_MARKS, '$1')
      .replace(/\s+/g, ' ')
      .trim(),
    limit,
  )

/** A client's name as the page shows it, or `undefined` when it is none: empty, or an address the page has not checked. */
export function displayName(name: string | undefined): string | undefined {
  const text = plainText(name ?? '', MAX_NAME)
  return text === '' || LIKE_ADDRESS.test(text) ? undefined : text
}
