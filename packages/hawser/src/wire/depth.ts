const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92

/**
 * Tells whether JSON text nests arrays and objects deeper than `maxDepth`, or holds more than `maxValues` values (items,
 * members and what they are within), without parsing it: a few megabytes of small values cost a schema library seconds and
 * gigabytes. Of text that is not JSON it may say anything; `JSON.parse` decides there.
 *
 * @example findExcess('[[1]]', 1) // 'levels'
 * @example findExcess('[1,2]', 1, 2) // 'values'
 */
export function findExcess(text: string, maxDepth: number, maxValues = Infinity): 'levels' | 'values' | undefined {
  // A level takes two brackets; a value but the outermost takes a character, and a bracket or a comma before it.
  if (text.length < 2 * Math.min(maxDepth, maxValues)) return undefined
  if (!hasMore(text, '[{', maxDepth) && !hasMore(text, '[{,', maxValues - 1)) return undefined
  let depth = 0
  let values = 1
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    // `[` and `{` differ in one bit, as do `]` and `}`.
    const folded = code | 0x20
    if (code === QUOTE) {
      i = endOfString(text, i)
      if (i === -1) return undefined
    } else if (folded === 0x7b) {
      values++
      if (++depth > maxDepth) return 'levels'
    } else if (folded === 0x7d) depth--
    else if (code === COMMA) values++
    if (values > maxValues) return 'values'
  }
  return undefined
}

/** Hops from mark to mark, also those inside strings: a native search per hop is faster than a look at each character. */
function hasMore(text: string, marks: string, max: number): boolean {
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
