/** Words that count. */
const MAX_WORDS = 16

/**
 * What people type, as a search that finds all of it: each word by its beginning, in any order. The language that SQLite
 * searches in has operators, and a word of a stranger is none of them.
 *
 * @example toMatch('tide OR "storm') // '"tide"* "OR"* "storm"*'
 * @see https://sqlite.org/fts5.html#full_text_query_syntax
 */
export function toMatch(words: string): string | undefined {
  const found = words.match(/[\p{L}\p{N}\p{M}]+/gu)?.slice(0, MAX_WORDS)
  return found?.map((word) => `"${word}"*`).join(' ')
}
