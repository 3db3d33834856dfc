const QUOTE = 34
const BACKSLASH = 92

/**
 * Tells whether JSON text nests arrays and objects deeper than `max`, without parsing it. Of text that is not JSON it may
 * say either; `JSON.parse` decides there.
 *
 * @example exceedsDepth('[[1]]', 1) // true
 */
export function exceedsDepth(text: string, max: number): boolean {
  // Each level takes an opening and a closing bracket.
  if (text.length <= 2 * max || !hasMoreOpenings(text, max)) return false
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      i = endOfString(text, i)
      if (i === -1) return false
    } else if ((code | 0x20) === 0x7b) {
      // `[` and `{`, and `]` and `}` below, differ in one bit.
      if (++depth > max) return true
    } else if ((code | 0x20) === 0x7d) {
      depth--
    }
  }
  return false
}

/** Hops from bracket to bracket, also those inside strings: a native search per hop is faster than a look at each character. */
function hasMoreOpenings(text: string, max: number): boolean {
  let count = 0
  for (let i = text.indexOf('{'); i !== -1; i = text.indexOf('{', i + 1)) if (++count > max) return true
  for (let i = text.indexOf('['); i !== -1; i = text.indexOf('[', i + 1)) if (++count > max) return true
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
