import { createScanner } from 'jsonc-parser'

/** What stands between two values: at most one comma, and comments. */
export interface Between {
  /** Where the comma is. */
  readonly comma: number | undefined
  /** Where the last comma or comment ends; where the stretch begins if there is none. */
  readonly end: number
}

/** Looks at a stretch of text that holds no values. */
export function findTokens(text: string, from: number, to: number): Between {
  const scanner = createScanner(text.slice(from, to), false)
  let comma: number | undefined
  let end = from
  // The last token is the end, which is empty.
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const at = from + scanner.getTokenOffset()
    const token = text.slice(at, at + scanner.getTokenLength())
    if (token.trim() === '') continue
    if (token === ',') comma = at
    end = at + token.length
  }
  return { comma, end }
}
