import stringWidth from 'fast-string-width'
import { wrapAnsi } from 'fast-wrap-ansi'

/** Columns that a line takes; wide characters take two. */
export const widthOf = (text: string): number => stringWidth(text)

/** Breaks text into lines of at most `width` columns; words that are longer are broken too. */
export function wrap(text: string, width: number): readonly string[] {
  return wrapAnsi(text, Math.max(width, 2), { hard: true }).split('\n')
}

/** The beginning of a line, with an ellipsis if there was more. */
export function truncate(line: string, width: number): string {
  if (widthOf(line) <= width) return line
  return `${wrap(line, width - 1)[0] ?? ''}…`
}
