const QUOTE = 34
const BACKSLASH = 92

const COMMA = 44

/**
 * Tells whether JSON text nests arrays and objects deeper than `max`, without parsing it. Of text that is not JSON it may
 * say either; `JSON.parse` decides there.
 *
 * @example exceedsDepth('[[1]]', 1) // true
 */
export function exceedsDepth(text: string, max: number): boolean {
  // Each level takes an opening and a closing bracket.
  if (text.length <= 2 * max || !hasMore(text, ['{', '['], max)) return false
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      i = endOfString(text, i)
      if (i === -1) return false
    } else if (isOpening(code)) {
      if (++depth > max) return true
    } else if ((code | 0x20) === 0x7d) {
      // `]` and `}`
      depth--
    }
  }
  return false
}

/**
 * Tells whether JSON text holds more than `max` values: items, members and what they are within. A few megabytes of small
 * values cost a schema library seconds and gigabytes. Of text that is not JSON it may say either.
 *
 * @example exceedsValues('[1,2]', 2) // true
 */
export function exceedsValues(text: string, max: number): boolean {
  // Each value but the outermost takes a character, and a bracket or a comma before it.
  if (text.length < 2 * max || !hasMore(text, [',', '{', '['], max - 1)) return false
  let count = 1
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      i = endOfString(text, i)
      if (i === -1) return false
    } else if ((code === COMMA || isOpening(code)) && ++count > max) return true
  }
  return false
}

/** `[` and `{`, which differ in one bit. */
const isOpening = (code: number): boolean => (code | 0x20) === 0x7b

/** Hops from mark to mark, also those inside strings: a native search per hop is faster than a look at each character. */
function hasMore(text: string, marks: readonly string[], max: number): boolean {
  let count = 0
  for (const mark of marks) {
    for (let i = text.indexOf(mark); i !== -1; i = text.indexOf(mark, i + 1)) if (++count > max) return true
  }
  return false
}

/** The index of the quote that closes the string opened at `start`; -1 when there is none. */
function endOfString(text: string, start: number): number {
  let end = start
  let backslashes: number
  do {
    end = text.indexOf('"', end + 1)
    backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
  } while (end !== -1 && backslashes % 2 === 1)
  return end
}
